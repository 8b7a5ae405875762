/*
 * A product in blocks. Both sides are packed into panels: a panel of A holds `a_width` rows, one of B `b_width` columns, and
 * in both what the innermost loop reads in one step lies side by side. A side that is too large is packed in chunks, so
 * that the packed memory stays bounded; a chunk lies as [block of depth][panel][step][width].
 */
#include "product.h"

#include <stdint.h>

#include "instruction-set.h"
#include "scratch.h"

/* The most steps that are summed in registers: panels of that depth fit into the first caches. */
static const size_t most_depth = 384;
/* Depths of blocks are multiples of it, but for the last. */
static const size_t depth_unit = 16;
/* The most numbers of a side that are packed at a time. */
static const size_t most_packed = (size_t)2 << 20;
/* About how many rows and columns of Y a task computes: what it reads of B stays in the second cache. */
static const size_t task_rows = 112, task_columns = 256;
/* Products with fewer multiplications are not worth a second thread. */
static const size_t fewest_parallel = (size_t)1 << 18;

static size_t least(size_t one, size_t other) { return one < other ? one : other; }
static size_t ceil_div(size_t amount, size_t by) { return (amount + by - 1) / by; }

/* The depth of all blocks but the last, by `depth` alone: it decides the order of the sums. */
static size_t block_depth(size_t depth) {
  const size_t blocks = ceil_div(depth, most_depth);
  return blocks <= 1 ? depth : ceil_div(ceil_div(depth, blocks), depth_unit) * depth_unit;
}

/* A range of rows of op(A), or of columns of op(B), packed. */
struct side {
  const struct matrix *matrix;
  bool along; /* What a step reads lies side by side in the matrix too. */
  size_t width, first, count, panels;
  float *packed;
};

struct work {
  const struct product *product;
  const struct instruction_set *set;
  size_t block; /* Steps of a block. */
  struct side a, b;
  size_t row_tasks, column_tasks;
  size_t a_pack_tasks;
};

static void choose(struct side *side, size_t first, size_t count) {
  side->first = first;
  side->count = count;
  side->panels = ceil_div(count, side->width);
}

/* Packs some panels of a side: one task of those that `pack_tasks` counts. */
static const size_t panels_a_pack_task = 8;

static size_t pack_tasks(const struct side *side) {
  return ceil_div(side->panels, panels_a_pack_task);
}

static void pack(const struct work *work, const struct side *side, size_t task) {
  const size_t depth = work->product->depth;
  const size_t begin = task * panels_a_pack_task;
  const size_t end = least(side->panels, begin + panels_a_pack_task);
  /* Few steps at a time, so that lines of memory which several panels share are still in the cache. */
  const size_t most_steps = side->along ? 16 : work->block;
  for (size_t block = 0; block < depth; block += work->block) {
    const size_t block_end = least(depth, block + work->block), steps_in_block = block_end - block;
    for (size_t k = block; k < block_end; k += most_steps) {
      for (size_t at = begin; at < end; at++) {
        const size_t first = side->first + at * side->width;
        const size_t stride = side->matrix->stride;
        const struct panel panel = {
            .from = side->matrix->data + (side->along ? k * stride + first : first * stride + k),
            .stride = stride,
            .depth = least(most_steps, block_end - k),
            .count = least(side->width, side->first + side->count - first),
            .width = side->width,
        };
        float *to = side->packed + side->panels * side->width * block +
                    (at * steps_in_block + (k - block)) * side->width;
        (side->along ? work->set->pack_along : work->set->pack_across)(&panel, to);
      }
    }
  }
}

static void pack_task(void *data, size_t index) {
  const struct work *work = data;
  if (index < work->a_pack_tasks)
    pack(work, &work->a, index);
  else
    pack(work, &work->b, index - work->a_pack_tasks);
}

/* The `index`-th of `parts` about equal parts of `count`. */
struct range {
  size_t begin, end;
};
static struct range part(size_t count, size_t parts, size_t index) {
  return (struct range){count * index / parts, count * (index + 1) / parts};
}

static void compute_task(void *data, size_t index) {
  const struct work *work = data;
  const struct product *product = work->product;
  const struct range rows = part(work->a.panels, work->row_tasks, index % work->row_tasks);
  const struct range columns = part(work->b.panels, work->column_tasks, index / work->row_tasks);
  const size_t width = product->columns;
  for (size_t block = 0; block < product->depth; block += work->block) {
    const size_t depth = least(work->block, product->depth - block);
    const float *a = work->a.packed + work->a.panels * work->a.width * block;
    const float *b = work->b.packed + work->b.panels * work->b.width * block;
    const float *c = block == 0 ? product->c : product->y;
    const size_t c_stride = block == 0 && product->c_is_row ? 0 : width;
    for (size_t i = rows.begin; i < rows.end; i++) {
      const size_t row = work->a.first + i * work->a.width;
      for (size_t j = columns.begin; j < columns.end; j++) {
        const size_t column = work->b.first + j * work->b.width;
        const struct tile tile = {
            .depth = depth,
            .rows = least(work->a.width, work->a.first + work->a.count - row),
            .columns = least(work->b.width, work->b.first + work->b.count - column),
            .a = a + i * work->a.width * depth,
            .b = b + j * work->b.width * depth,
            .c = c == NULL ? NULL : c + row * c_stride + column,
            .y = product->y + row * width + column,
            .c_stride = c_stride,
            .y_stride = width,
            .alpha = product->alpha,
        };
        work->set->tile(&tile);
      }
    }
  }
}

static void run_each(const struct threads *threads, bool parallel, void (*task)(void *, size_t),
                     size_t count, void *data) {
  if (parallel && count > 1) {
    threads->each(threads->self, task, count, data);
    return;
  }
  for (size_t index = 0; index < count; index++) task(data, index);
}

/* Rows or columns of a chunk: whole panels, about equally many in each chunk. */
static size_t chunk_size(size_t count, size_t depth, size_t width) {
  const size_t panels = ceil_div(count, width);
  const size_t most = most_packed / (depth * width);
  const size_t chunks = ceil_div(panels, most == 0 ? 1 : most);
  return ceil_div(panels, chunks) * width;
}

static void without_depth(const struct product *product) {
  const size_t numbers = product->rows * product->columns;
  if (product->c == NULL)
    for (size_t at = 0; at < numbers; at++) product->y[at] = product->alpha * 0.0f;
  else if (product->c != product->y)
    for (size_t at = 0; at < numbers; at++)
      product->y[at] = product->c[product->c_is_row ? at % product->columns : at];
}

static struct work work_of(const struct product *product) {
  return (struct work){
      .product = product,
      .set = product->set,
      .block = block_depth(product->depth),
      .a = {.matrix = &product->a, .along = product->a.transposed, .width = product->set->a_width},
      .b = {.matrix = &product->b, .along = !product->b.transposed, .width = product->set->b_width},
  };
}

bool product_run(const struct product *product, const struct threads *threads) {
  if (product->rows == 0 || product->columns == 0) return true;
  if (product->depth == 0) {
    without_depth(product);
    return true;
  }
  const size_t depth = product->depth;
  struct work work = work_of(product);
  const size_t a_chunk = chunk_size(product->rows, depth, work.a.width);
  const size_t b_chunk = product->packed_b != NULL ? product->columns
                                                   : chunk_size(product->columns, depth, work.b.width);
  const size_t a_room = a_chunk * depth;
  const size_t b_room = product->packed_b != NULL ? 0 : b_chunk * depth;
  struct scratch scratch;
  /* The packed A is followed by B: both begin at a multiple of 64 bytes. */
  const size_t b_offset = ceil_div(a_room, 16) * 16;
  if (!scratch_take(&scratch, b_offset + b_room)) return false;
  work.a.packed = scratch.numbers;
  work.b.packed = scratch.numbers + b_offset;
  const bool parallel = product->rows * product->columns >= ceil_div(fewest_parallel, depth);
  const bool one_b = b_chunk >= product->columns;
  for (size_t i = 0; i < product->rows; i += a_chunk) {
    choose(&work.a, i, least(a_chunk, product->rows - i));
    for (size_t j = 0; j < product->columns; j += b_chunk) {
      choose(&work.b, j, least(b_chunk, product->columns - j));
      const bool packs_b = product->packed_b == NULL && !(one_b && i > 0);
      if (product->packed_b != NULL) work.b.packed = (float *)product->packed_b;
      work.a_pack_tasks = j == 0 ? pack_tasks(&work.a) : 0;
      const size_t tasks = work.a_pack_tasks + (packs_b ? pack_tasks(&work.b) : 0);
      run_each(threads, parallel, pack_task, tasks, &work);
      work.row_tasks = ceil_div(work.a.count, task_rows);
      work.column_tasks = ceil_div(work.b.count, task_columns);
      run_each(threads, parallel, compute_task, work.row_tasks * work.column_tasks, &work);
    }
  }
  scratch_give_back(&scratch);
  return true;
}

size_t product_packed_b_size(const struct product *product) {
  const size_t width = product->set->b_width;
  const size_t padded = ceil_div(product->columns, width) * width;
  if (padded == 0 || product->depth == 0 || padded > SIZE_MAX / sizeof(float) / product->depth) return 0;
  return padded * product->depth;
}

void product_pack_b(const struct product *product, float *packed) {
  struct work work = work_of(product);
  work.b.packed = packed;
  choose(&work.b, 0, product->columns);
  const size_t tasks = pack_tasks(&work.b);
  for (size_t task = 0; task < tasks; task++) pack(&work, &work.b, task);
}
