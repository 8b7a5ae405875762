#include "gated-silu.h"

#include <stdbool.h>

/* About as many numbers as a thread computes while another one is woken. */
static const size_t fewest_parallel = (size_t)1 << 14;
/* Parts begin at whole lines of memory. */
static const size_t line = 16;

struct parts {
  const struct instruction_set *set;
  const struct gate *gate;
  const struct gate_gradient *gradient;
  size_t count, each;
};

static struct parts divide(const struct instruction_set *set, size_t count, const struct threads *threads) {
  const size_t even = (count + threads->count - 1) / threads->count;
  const size_t least = even < fewest_parallel ? fewest_parallel : even;
  return (struct parts){.set = set, .count = count, .each = (least + line - 1) / line * line};
}

static size_t length(const struct parts *parts, size_t begin) {
  const size_t left = parts->count - begin;
  return left < parts->each ? left : parts->each;
}

static void forward(void *data, size_t index) {
  const struct parts *parts = data;
  const size_t begin = index * parts->each;
  const struct gate *whole = parts->gate;
  parts->set->gate(&(struct gate){length(parts, begin), whole->g + begin, whole->u + begin, whole->y + begin});
}

static void backward(void *data, size_t index) {
  const struct parts *parts = data;
  const size_t begin = index * parts->each;
  const struct gate_gradient *whole = parts->gradient;
  parts->set->gate_gradient(&(struct gate_gradient){length(parts, begin), whole->dy + begin, whole->g + begin,
                                                    whole->u + begin, whole->dg + begin, whole->du + begin});
}

static void run(struct parts *parts, void (*task)(void *data, size_t index), const struct threads *threads) {
  const size_t count = (parts->count + parts->each - 1) / parts->each;
  if (count == 1)
    task(parts, 0);
  else if (count > 1)
    threads->each(threads->self, task, count, parts);
}

void gated_silu_run(const struct instruction_set *set, const struct gate *gate, const struct threads *threads) {
  struct parts parts = divide(set, gate->count, threads);
  parts.gate = gate;
  run(&parts, forward, threads);
}

void gated_silu_gradient_run(const struct instruction_set *set, const struct gate_gradient *gate,
                             const struct threads *threads) {
  struct parts parts = divide(set, gate->count, threads);
  parts.gradient = gate;
  run(&parts, backward, threads);
}
