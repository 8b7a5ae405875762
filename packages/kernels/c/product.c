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
  bool along;       /* What a step reads lies side by side in the matrix too. */
  bool is_unpacked; /* Whole panels are read where they lie: too few products are made of each number to pay for packing. */
  size_t width, first, count, panels;
  float *packed;
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
  size_t row_tasks, column_tasks;
  size_t a_pack_tasks;
};

static void choose(struct side *side, size_t first, size_t count) {
  side->first = first;
  side->count = count;
  side->panels = ceil_div(count, side->width);
}

static bool is_read_in_place(const struct side *side, size_t panel) {
  return side->is_unpacked && (panel + 1) * side->width <= side->count;
}

static const float *place_in_matrix(const struct side *side, size_t panel, size_t step) {
  const size_t first = side->first + panel * side->width, stride = side->matrix->stride;
  return side->matrix->data + (side->along ? step * stride + first : first * stride + step);
}

static float *place_in_packed(const struct side *side, size_t panel, size_t block, size_t depth) {
  return side->packed + side->panels * side->width * block + panel * side->width * depth;
}

/* A panel in the `depth` steps of a block. */
static struct source source_of(const struct side *side, size_t panel, size_t block, size_t depth) {
  if (!is_read_in_place(side, panel)) return (struct source){place_in_packed(side, panel, block, depth), side->width, 1};
  const size_t stride = side->matrix->stride;
  const float *data = place_in_matrix(side, panel, block);
  return side->along ? (struct source){data, stride, 1} : (struct source){data, 1, stride};
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
        if (is_read_in_place(side, at)) continue;
        const struct panel panel = {
            .from = place_in_matrix(side, at, k),
            .stride = side->matrix->stride,
            .depth = least(most_steps, block_end - k),
            .count = least(side->width, side->count - at * side->width),
            .width = side->width,
        };
        float *to = place_in_packed(side, at, block, steps_in_block) + (k - block) * side->width;
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

/* One tile of a task: panel `i` of A by panel `j` of B, in the `depth` steps from `block` on. */
static void compute_tile(const struct work *work, size_t i, size_t j, struct range steps) {
  const struct product *product = work->product;
  const size_t block = steps.begin, depth = steps.end - steps.begin, width = product->columns;
  const struct source a = source_of(&work->a, i, block, depth), b = source_of(&work->b, j, block, depth);
  const size_t row = work->a.first + i * work->a.width, column = work->b.first + j * work->b.width;
  const float *c = block == 0 ? product->c : product->y;
  const size_t c_stride = block == 0 && product->c_is_row ? 0 : width;
  const struct tile tile = {
      .depth = depth,
      .rows = least(work->a.width, work->a.first + work->a.count - row),
      .columns = least(work->b.width, work->b.first + work->b.count - column),
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

static void compute_task(void *data, size_t index) {
  const struct work *work = data;
  const size_t depth = work->product->depth;
  const struct range rows = part(work->a.panels, work->row_tasks, index % work->row_tasks);
  const struct range columns = part(work->b.panels, work->column_tasks, index / work->row_tasks);
  for (size_t block = 0; block < depth; block += work->block) {
    const struct range steps = {block, least(depth, block + work->block)};
    if (work->b.is_unpacked) {
      /* What is read of B where it lies is in the first cache for few rows more. */
      for (size_t j = columns.begin; j < columns.end; j++)
        for (size_t i = rows.begin; i < rows.end; i++) compute_tile(work, i, j, steps);
    } else {
      for (size_t i = rows.begin; i < rows.end; i++)
        for (size_t j = columns.begin; j < columns.end; j++) compute_tile(work, i, j, steps);
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
            .width = a_width},
      .b = {.matrix = &product->b,
            .along = b_along,
            .is_unpacked = b_along && product->packed_b == NULL && product->rows > 0 && product->rows <= 2 * a_width,
            .width = set->b_width},
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
  work.b.is_unpacked = false;
  work.b.packed = packed;
  choose(&work.b, 0, product->columns);
  const size_t tasks = pack_tasks(&work.b);
  for (size_t task = 0; task < tasks; task++) pack(&work, &work.b, task);
}
