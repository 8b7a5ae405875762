#include "norm.h"

#include <string.h>

#include "scratch.h"

/* About as many numbers as a thread computes while another one is woken. */
static const size_t fewest_parallel = (size_t)1 << 14;
/* Rows whose gradients by weight and bias are summed before they are added to those of others. */
static const size_t fewest_summed = 16, most_blocks = 64;

struct parts {
  const struct instruction_set *set;
  const struct norm *norm;
  const struct norm_gradient *gradient;
  float *sums; /* Of the blocks: by weight, and then by bias, `width` each. */
  size_t rows, block, each; /* A part has `each` blocks of `block` rows; fewer at the end. */
};

static size_t least(size_t one, size_t other) { return one < other ? one : other; }
static size_t most(size_t one, size_t other) { return one > other ? one : other; }
static size_t divided(size_t count, size_t by) { return (count + by - 1) / by; }

static void divide(struct parts *parts, size_t width, const struct threads *threads) {
  parts->block = most(fewest_summed, divided(parts->rows, most_blocks));
  const size_t blocks = divided(parts->rows, parts->block);
  parts->each = most(divided(blocks, threads->count), divided(fewest_parallel, parts->block * width));
}

static void run(struct parts *parts, void (*task)(void *data, size_t index), const struct threads *threads) {
  const size_t count = divided(parts->rows, parts->block * parts->each);
  if (count == 1)
    task(parts, 0);
  else
    threads->each(threads->self, task, count, parts);
}

static void forward(void *data, size_t index) {
  const struct parts *parts = data;
  const size_t length = parts->block * parts->each, begin = index * length;
  struct norm part = *parts->norm;
  part.rows = least(length, part.rows - begin);
  part.x += begin * part.width;
  part.y += begin * part.width;
  parts->set->norm(&part);
}

static void backward(void *data, size_t index) {
  const struct parts *parts = data;
  const struct norm_gradient *whole = parts->gradient;
  const size_t first = index * parts->each;
  for (size_t block = first; block < first + parts->each && block * parts->block < whole->rows; block++) {
    const size_t row = block * parts->block, begin = row * whole->width;
    struct norm_gradient part = *whole;
    part.rows = least(parts->block, whole->rows - row);
    part.dy += begin;
    part.x += begin;
    if (part.added != NULL) part.added += begin;
    part.dx += begin;
    if (part.dweight != NULL) part.dweight = parts->sums + 2 * block * whole->width;
    if (part.dbias != NULL) part.dbias = parts->sums + (2 * block + 1) * whole->width;
    parts->set->norm_gradient(&part);
  }
}

/* Adds the blocks' sums up in their order. */
static void add_up(const float *sums, size_t blocks, size_t width, float *to) {
  memset(to, 0, width * sizeof *to);
  for (size_t block = 0; block < blocks; block++)
    for (size_t i = 0; i < width; i++) to[i] += sums[2 * block * width + i];
}

void norm_run(const struct instruction_set *set, const struct norm *norm, const struct threads *threads) {
  if (norm->rows == 0 || norm->width == 0) return;
  struct parts parts = {.set = set, .norm = norm, .rows = norm->rows};
  divide(&parts, norm->width, threads);
  run(&parts, forward, threads);
}

bool norm_gradient_run(const struct instruction_set *set, const struct norm_gradient *norm,
                       const struct threads *threads) {
  const size_t width = norm->width;
  if (width == 0) return true;
  struct parts parts = {.set = set, .gradient = norm, .rows = norm->rows};
  divide(&parts, width, threads);
  const size_t blocks = divided(norm->rows, parts.block);
  struct scratch scratch;
  if (norm->dweight != NULL) {
    if (!scratch_take(&scratch, 2 * blocks * width)) return false;
    parts.sums = scratch.numbers;
  }
  if (norm->rows > 0) run(&parts, backward, threads);
  if (norm->dweight == NULL) return true;
  add_up(parts.sums, blocks, width, norm->dweight);
  if (norm->dbias != NULL) add_up(parts.sums + width, blocks, width, norm->dbias);
  scratch_give_back(&scratch);
  return true;
}
