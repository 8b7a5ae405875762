/*
 * A product in blocks. Y is divided among the threads, and each packs what it needs of both sides by itself: what another
 * core has written is slower to read than to pack. Both sides are packed into panels: a panel of A holds `a_width` rows, one
 * of B `b_width` columns, and in both what the innermost loop reads in one step lies side by side. Of A as many rows as stay in
 * the third cache are packed at a time, of B as many columns as stay in the second, and of both one block of steps.
 */
#include "product.h"

#include <stdint.h>

#include "few-rows.h"
#include "instruction-set.h"
#include "scratch.h"

/* The most steps that are summed in registers: panels of that depth fit into the first caches. */
static const size_t most_depth = 384;
/* Depths of blocks are multiples of it, but for the last. */
static const size_t depth_unit = 16;
/* About how many rows and columns are packed at a time. */
static const size_t rows_at_once = 1024, columns_at_once = 256;
/* Products with fewer multiplications are not worth a second thread. */
static const size_t fewest_parallel = (size_t)1 << 18;
/* Numbers of Y that are multiplied in one step while one of a side is packed, by an estimate. */
static const size_t multiplied_while_packed = 32;

static size_t least(size_t one, size_t other) { return one < other ? one : other; }
static size_t ceil_div(size_t amount, size_t by) { return (amount + by - 1) / by; }

/* The depth of all blocks but the last, by `depth` alone: it decides the order of the sums. */
static size_t block_depth(size_t depth) {
  const size_t blocks = ceil_div(depth, most_depth);
  return blocks <= 1 ? depth : ceil_div(ceil_div(depth, blocks), depth_unit) * depth_unit;
}

struct range {
  size_t begin, end;
};

/* The `index`-th of `parts` about equal parts of `count`. */
static struct range part(size_t count, size_t parts, size_t index) {
  return (struct range){count * index / parts, count * (index + 1) / parts};
}

/* The rows of op(A), or the columns of op(B), in panels. */
struct side {
  const struct matrix *matrix;
  bool along;       /* What a step reads lies side by side in the matrix too. */
  bool is_unpacked; /* Whole panels are read where they lie: too few products are made of each number to pay for packing. */
  size_t width, count, panels;
};

/* Panels of a side from `first` on, packed in one block of steps. */
struct room {
  float *numbers;
  size_t first;
};

/* The numbers of a side that one tile reads in a block of steps. */
struct source {
  const float *data;
  size_t step, apart; /* From step to step, and from number to number in a step. */
};

struct work {
  const struct product *product;
  const struct instruction_set *set;
  size_t block; /* Steps of a block. */
  struct side a, b;
  size_t row_parts, column_parts;  /* How Y is divided. */
  size_t a_at_once, b_at_once;     /* Panels that are packed at a time. */
  size_t a_room, b_room;           /* Numbers of them. */
  float *numbers;                  /* Room for all parts. */
};

static bool is_read_in_place(const struct side *side, size_t panel) {
  return side->is_unpacked && (panel + 1) * side->width <= side->count;
}

static const float *place_in_matrix(const struct side *side, size_t panel, size_t step) {
  const size_t first = panel * side->width, stride = side->matrix->stride;
  return side->matrix->data + (side->along ? step * stride + first : first * stride + step);
}

/* A panel in a block of steps. */
static struct source source_of(const struct side *side, size_t panel, struct range steps, const struct room *room) {
  const size_t depth = steps.end - steps.begin, width = side->width;
  if (!is_read_in_place(side, panel))
    return (struct source){room->numbers + (panel - room->first) * width * depth, width, 1};
  const size_t stride = side->matrix->stride;
  const float *data = place_in_matrix(side, panel, steps.begin);
  return side->along ? (struct source){data, stride, 1} : (struct source){data, 1, stride};
}

/* Panels whose steps are packed in turns, so that lines of memory which several of them share are still in the cache. */
static const size_t panels_in_turns = 8, steps_in_turns = 16;

/* Packs panels of a side in a block of steps, those that are read in place left out. */
static void pack(const struct instruction_set *set, const struct side *side, struct range panels, struct range steps,
                 float *to) {
  const size_t depth = steps.end - steps.begin;
  const size_t most_steps = side->along ? steps_in_turns : depth;
  for (size_t begin = panels.begin; begin < panels.end; begin += panels_in_turns) {
    const size_t end = least(panels.end, begin + panels_in_turns);
    for (size_t k = steps.begin; k < steps.end; k += most_steps) {
      for (size_t at = begin; at < end; at++) {
        if (is_read_in_place(side, at)) continue;
        const struct panel panel = {
            .from = place_in_matrix(side, at, k),
            .stride = side->matrix->stride,
            .depth = least(most_steps, steps.end - k),
            .count = least(side->width, side->count - at * side->width),
            .width = side->width,
        };
        float *place = to + ((at - panels.begin) * depth + (k - steps.begin)) * side->width;
        (side->along ? set->pack_along : set->pack_across)(&panel, place);
      }
    }
  }
}

/* One tile: panel `i` of A by panel `j` of B, in a block of steps. */
static void compute_tile(const struct work *work, struct source a, struct source b, size_t i, size_t j,
                         struct range steps) {
  const struct product *product = work->product;
  const size_t width = product->columns, row = i * work->a.width, column = j * work->b.width;
  const bool is_first = steps.begin == 0;
  const float *c = is_first ? product->c : product->y;
  const size_t c_stride = is_first && product->c_is_row ? 0 : width;
  const struct tile tile = {
      .depth = steps.end - steps.begin,
      .rows = least(work->a.width, product->rows - row),
      .columns = least(work->b.width, width - column),
      .a = a.data,
      .b = b.data,
      .c = c == NULL ? NULL : c + row * c_stride + column,
      .y = product->y + row * width + column,
      .a_step = a.step,
      .a_row = a.apart,
      .b_step = b.step,
      .c_stride = c_stride,
      .y_stride = width,
      .alpha = product->alpha,
  };
  work->set->tile(&tile);
}

/* All tiles of some panels of A and some of B. */
static void compute(const struct work *work, struct range rows, struct range columns, struct range steps,
                    const struct room *a_room, const struct room *b_room) {
  if (work->b.is_unpacked) {
    /* What is read of B where it lies is in the first cache for few rows more. */
    for (size_t j = columns.begin; j < columns.end; j++) {
      const struct source b = source_of(&work->b, j, steps, b_room);
      for (size_t i = rows.begin; i < rows.end; i++)
        compute_tile(work, source_of(&work->a, i, steps, a_room), b, i, j, steps);
    }
    return;
  }
  for (size_t i = rows.begin; i < rows.end; i++) {
    const struct source a = source_of(&work->a, i, steps, a_room);
    for (size_t j = columns.begin; j < columns.end; j++)
      compute_tile(work, a, source_of(&work->b, j, steps, b_room), i, j, steps);
  }
}

/* One part of Y. */
static void part_task(void *data, size_t index) {
  const struct work *work = data;
  const size_t depth = work->product->depth;
  const struct range rows = part(work->a.panels, work->row_parts, index % work->row_parts);
  const struct range columns = part(work->b.panels, work->column_parts, index / work->row_parts);
  float *numbers = work->numbers + index * (work->a_room + work->b_room);
  struct room a_room = {numbers, 0}, b_room = {numbers + work->a_room, 0};
  for (size_t block = 0; block < depth; block += work->block) {
    const struct range steps = {block, least(depth, block + work->block)};
    for (size_t i = rows.begin; i < rows.end; i += work->a_at_once) {
      const struct range some = {i, least(rows.end, i + work->a_at_once)};
      a_room.first = i;
      pack(work->set, &work->a, some, steps, a_room.numbers);
      for (size_t j = columns.begin; j < columns.end; j += work->b_at_once) {
        const struct range few = {j, least(columns.end, j + work->b_at_once)};
        b_room.first = j;
        pack(work->set, &work->b, few, steps, b_room.numbers);
        compute(work, some, few, steps, &a_room, &b_room);
      }
    }
  }
}

static void without_depth(const struct product *product) {
  const size_t numbers = product->rows * product->columns;
  if (product->c == NULL)
    for (size_t at = 0; at < numbers; at++) product->y[at] = product->alpha * 0.0f;
  else if (product->c != product->y)
    for (size_t at = 0; at < numbers; at++)
      product->y[at] = product->c[product->c_is_row ? at % product->columns : at];
}

/* The rows of a panel of A: few rows are divided evenly, so that no panel is left with two of them. */
static size_t width_of_a(const struct product *product) {
  const size_t width = product->set->a_width;
  if (!product->set->is_flexible || product->rows == 0) return width;
  const size_t even = ceil_div(product->rows, ceil_div(product->rows, width));
  return least(width, ceil_div(even, 4) * 4);
}

/* Rows that lie a multiple of this apart fall into the same few places of the caches, and push each other out. */
static const size_t crowded_stride = 1024;

static struct work work_of(const struct product *product) {
  const struct instruction_set *set = product->set;
  const bool a_along = product->a.transposed, b_along = !product->b.transposed;
  const size_t a_width = width_of_a(product);
  return (struct work){
      .product = product,
      .set = set,
      .block = block_depth(product->depth),
      .a = {.matrix = &product->a,
            .along = a_along,
            .is_unpacked = !a_along && set->is_flexible && a_width == set->a_width &&
                           product->columns <= 2 * set->b_width && product->a.stride % crowded_stride != 0,
            .width = a_width,
            .count = product->rows,
            .panels = ceil_div(product->rows, a_width)},
      .b = {.matrix = &product->b,
            .along = b_along,
            .is_unpacked = b_along && product->rows > 0 && product->rows <= 2 * a_width,
            .width = set->b_width,
            .count = product->columns,
            .panels = ceil_div(product->columns, set->b_width)},
  };
}

/* Divides Y into `parts`, so that the largest part is multiplied and its sides are packed soonest. */
static void divide(struct work *work, size_t parts) {
  size_t best = SIZE_MAX;
  for (size_t by_rows = 1; by_rows <= parts; by_rows++) {
    const size_t row_parts = least(by_rows, work->a.panels), column_parts = least(parts / by_rows, work->b.panels);
    const size_t rows = ceil_div(work->a.panels, row_parts) * work->a.width;
    const size_t columns = ceil_div(work->b.panels, column_parts) * work->b.width;
    const size_t taken = rows * columns + multiplied_while_packed * (rows + columns);
    if (taken >= best) continue;
    best = taken;
    work->row_parts = row_parts;
    work->column_parts = column_parts;
  }
  const size_t a_at_once = ceil_div(rows_at_once, work->a.width), b_at_once = ceil_div(columns_at_once, work->b.width);
  work->a_at_once = least(a_at_once, ceil_div(work->a.panels, work->row_parts));
  work->b_at_once = least(b_at_once, ceil_div(work->b.panels, work->column_parts));
  /* Both begin at a multiple of 64 bytes. */
  work->a_room = ceil_div(work->a_at_once * work->a.width * work->block, 16) * 16;
  work->b_room = ceil_div(work->b_at_once * work->b.width * work->block, 16) * 16;
}

bool product_run(const struct product *product, const struct threads *threads) {
  if (product->rows == 0 || product->columns == 0) return true;
  if (product->depth == 0) {
    without_depth(product);
    return true;
  }
  if (few_rows_fit(product)) return few_rows_run(product, block_depth(product->depth), threads);
  struct work work = work_of(product);
  const bool parallel = product->rows * product->columns >= ceil_div(fewest_parallel, product->depth);
  divide(&work, parallel ? threads->count : 1);
  const size_t parts = work.row_parts * work.column_parts;
  struct scratch scratch;
  if (!scratch_take(&scratch, parts * (work.a_room + work.b_room))) return false;
  work.numbers = scratch.numbers;
  if (parts > 1)
    threads->each(threads->self, part_task, parts, &work);
  else
    part_task(&work, 0);
  scratch_give_back(&scratch);
  return true;
}
