#include "few-rows.h"

#include "instruction-set.h"
#include "scratch.h"

/* Numbers of B that take about as long to read as a thread to wake. */
static const size_t fewest_parallel = (size_t)1 << 17;
/* Parts begin at whole vectors of Y. */
static const size_t lanes = 16;
/*
 * Columns of which one block of steps is read after another, so that the rows of A in that block stay in the first cache; fewer
 * where several panels of rows read them again, so that they stay in the second.
 */
static const size_t columns_at_once = 512, columns_read_again = 64;

static size_t least(size_t one, size_t other) { return one < other ? one : other; }

bool few_rows_fit(const struct product *product) {
  const struct instruction_set *set = product->set;
  return set->few_rows != NULL && product->rows <= set->most_few_rows && !product->a.transposed && product->b.transposed;
}

struct work {
  const struct product *product;
  const float *a; /* All steps in panels. */
  size_t a_width, block, columns_at_once, columns_each;
};

/* Some columns of a panel of rows in one block of steps. */
static void compute(const struct work *work, size_t row, size_t column, size_t columns, size_t step) {
  const struct product *product = work->product;
  const size_t width = product->columns;
  const float *c = step == 0 ? product->c : product->y;
  const size_t c_stride = step == 0 && product->c_is_row ? 0 : width;
  const struct tile tile = {
      .depth = least(work->block, product->depth - step),
      .rows = least(work->a_width, product->rows - row),
      .columns = columns,
      .a = work->a + row * product->depth + step * work->a_width,
      .b = product->b.data + column * product->b.stride + step,
      .c = c == NULL ? NULL : c + row * c_stride + column,
      .y = product->y + row * width + column,
      .a_step = work->a_width,
      .a_row = 1,
      .b_step = product->b.stride,
      .c_stride = c_stride,
      .y_stride = width,
      .alpha = product->alpha,
  };
  product->set->few_rows(&tile);
}

static void part_task(void *data, size_t index) {
  const struct work *work = data;
  const size_t begin = index * work->columns_each, end = least(work->product->columns, begin + work->columns_each);
  for (size_t column = begin; column < end; column += work->columns_at_once)
    for (size_t step = 0; step < work->product->depth; step += work->block)
      for (size_t row = 0; row < work->product->rows; row += work->a_width)
        compute(work, row, column, least(work->columns_at_once, end - column), step);
}

/* The width of A's panels: of one row, or the least that holds all, or the widest. */
static size_t width_of(const struct product *product) {
  if (product->rows == 1) return 1;
  const size_t *width = product->set->few_widths;
  while (*width < product->rows && width[1] != 0) width++;
  return *width;
}

bool few_rows_run(const struct product *product, size_t block, const struct threads *threads) {
  const size_t rows = product->rows, depth = product->depth, stride = product->a.stride;
  const size_t a_width = width_of(product), panels = (rows + a_width - 1) / a_width;
  struct work work = {
      .product = product,
      .a = product->a.data,
      .a_width = a_width,
      .block = block,
      .columns_at_once = panels == 1 ? columns_at_once : columns_read_again,
  };
  struct scratch scratch = {0};
  if (a_width > 1) {
    if (!scratch_take(&scratch, depth * panels * a_width)) return false;
    for (size_t row = 0; row < rows; row += a_width) {
      const struct panel panel = {product->a.data + row * stride, stride, depth, least(a_width, rows - row), a_width};
      product->set->pack_across(&panel, scratch.numbers + row * depth);
    }
    work.a = scratch.numbers;
  }
  const bool parallel = product->columns >= fewest_parallel / product->depth;
  const size_t parts = parallel ? threads->count : 1, even = (product->columns + parts - 1) / parts;
  work.columns_each = (even + lanes - 1) / lanes * lanes;
  const size_t count = (product->columns + work.columns_each - 1) / work.columns_each;
  if (count > 1)
    threads->each(threads->self, part_task, count, &work);
  else
    part_task(&work, 0);
  if (scratch.numbers != NULL) scratch_give_back(&scratch);
  return true;
}
