#include "masked-softmax.h"

/* About as many numbers as a thread computes while another one is woken. */
static const size_t fewest_parallel = (size_t)1 << 13;

struct parts {
  const struct instruction_set *set;
  const struct masked_softmax *softmax;
  const struct softmax_gradient *gradient;
  size_t rows, each;
};

static size_t rows_end(const struct parts *parts, size_t begin) {
  return parts->rows - begin < parts->each ? parts->rows : begin + parts->each;
}

static void forward(void *data, size_t index) {
  const struct parts *parts = data;
  const struct masked_softmax *whole = parts->softmax;
  const size_t begin = index * parts->each, end = rows_end(parts, begin), columns = whole->columns;
  for (size_t row = begin; row < end; row++) {
    const size_t mask_row = row / (whole->inner * whole->repeats) * whole->inner + row % whole->inner;
    parts->set->masked_softmax(&(struct masked_softmax_row){columns, whole->scores + row * columns,
                                                            whole->mask + mask_row * columns, whole->y + row * columns});
  }
}

static void backward(void *data, size_t index) {
  const struct parts *parts = data;
  const struct softmax_gradient *whole = parts->gradient;
  const size_t begin = index * parts->each, end = rows_end(parts, begin), columns = whole->columns;
  for (size_t row = begin; row < end; row++) {
    const size_t at = row * columns;
    parts->set->softmax_gradient(&(struct softmax_gradient_row){columns, whole->dy + at, whole->y + at, whole->dx + at});
  }
}

static void run(struct parts *parts, size_t columns, void (*task)(void *data, size_t index),
                const struct threads *threads) {
  if (parts->rows == 0 || columns == 0) return;
  const size_t even = (parts->rows + threads->count - 1) / threads->count;
  const size_t least = (fewest_parallel + columns - 1) / columns;
  parts->each = even < least ? least : even;
  const size_t count = (parts->rows + parts->each - 1) / parts->each;
  if (count == 1)
    task(parts, 0);
  else
    threads->each(threads->self, task, count, parts);
}

void masked_softmax_run(const struct instruction_set *set, const struct masked_softmax *softmax,
                        const struct threads *threads) {
  struct parts parts = {.set = set, .softmax = softmax, .rows = softmax->rows};
  run(&parts, softmax->columns, forward, threads);
}

void softmax_gradient_run(const struct instruction_set *set, const struct softmax_gradient *gradient,
                          const struct threads *threads) {
  struct parts parts = {.set = set, .gradient = gradient, .rows = gradient->rows};
  run(&parts, gradient->columns, backward, threads);
}
