/*
 * Compares softmaxes of masked scores and their gradients with float64, for random sizes, masks and numbers, in place or not, and every
 * instruction set that this processor has with plain C, bit by bit.
 */
#include "masked-softmax.fixture.h"

#include "masked-softmax.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.fixture.h"

struct given {
  size_t outer, repeats, inner, rows, columns;
  bool in_place;
  float *scores, *mask, *dy, *shares;
};

struct answer {
  float *y, *dx;
};

static struct answer run(const struct given *g, const char *set) {
  lathe_kernels_choose(set);
  const struct threads threads = threads_of(1 + below(4));
  const size_t count = g->rows * g->columns, bytes = count * sizeof(float);
  const struct answer answer = {numbers(count), numbers(count)};
  if (g->in_place) memcpy(answer.y, g->scores, bytes), memcpy(answer.dx, g->dy, bytes);
  const struct masked_softmax softmax = {g->rows,  g->columns,
                                         g->inner, g->repeats,
                                         g->in_place ? answer.y : g->scores, g->mask,
                                         answer.y};
  masked_softmax_run(instruction_set(), &softmax, &threads);
  const struct softmax_gradient gradient = {g->rows, g->columns, g->in_place ? answer.dx : g->dy, g->shares, answer.dx};
  softmax_gradient_run(instruction_set(), &gradient, &threads);
  return answer;
}

static int fail(const struct given *g, const char *what, size_t at, double is, double should) {
  printf("%s: %zu x %zu x %zu rows of %zu, in place %d: [%zu, %zu] is %.9g and should be %.9g\n", what, g->outer, g->repeats,
         g->inner, g->columns, g->in_place, at / g->columns, at % g->columns, is, should);
  return 1;
}

static bool is_near(double is, double should, double bound) {
  return isnan(should) ? isnan(is) : isinf(should) ? is == should : fabs(is - should) <= bound + 1e-37;
}

static int check_forward(const struct given *g, const float *y) {
  for (size_t row = 0; row < g->rows; row++) {
    const size_t mask_row = row / g->inner / g->repeats * g->inner + row % g->inner, n = g->columns;
    const float *scores = g->scores + row * n, *mask = g->mask + mask_row * n;
    double top = -INFINITY, sum = 0;
    /* The masked score is a number of float32, as everywhere: so rows that are forbidden throughout come out alike. */
    for (size_t i = 0; i < n; i++) top = fmax(top, (double)(scores[i] + mask[i]));
    for (size_t i = 0; i < n; i++) sum += exp((double)(scores[i] + mask[i]) - top);
    for (size_t i = 0; i < n; i++) {
      const double x = (double)(scores[i] + mask[i]) - top, should = exp(x) / sum;
      const double bound = (2e-6 + 1.2e-7 * fmin(fabs(x), 90)) * should, is = (double)y[row * n + i];
      if (!is_near(is, should, bound)) return fail(g, "plain, y", row * n + i, is, should);
    }
  }
  return 0;
}

static int check_backward(const struct given *g, const float *dx) {
  for (size_t row = 0; row < g->rows; row++) {
    const size_t n = g->columns;
    const float *dy = g->dy + row * n, *y = g->shares + row * n;
    double sum = 0, size = 0;
    for (size_t i = 0; i < n; i++) sum += (double)y[i] * (double)dy[i], size += fabs((double)y[i] * (double)dy[i]);
    for (size_t i = 0; i < n; i++) {
      const double should = (double)y[i] * ((double)dy[i] - sum), is = (double)dx[row * n + i];
      if (!is_near(is, should, 1e-6 * fabs((double)y[i]) * (fabs((double)dy[i]) + size)))
        return fail(g, "plain, dx", row * n + i, is, should);
    }
  }
  return 0;
}

static int compare(const struct given *g, const char *set, const float *found, const float *plain) {
  for (size_t at = 0; at < g->rows * g->columns; at++) {
    const bool same = memcmp(&found[at], &plain[at], sizeof(float)) == 0 || (isnan(found[at]) && isnan(plain[at]));
    if (!same) return fail(g, set, at, (double)found[at], (double)plain[at]);
  }
  return 0;
}

/* Forbids columns in runs, as texts beside each other do; some rows throughout. */
static void forbid(float *mask, size_t rows, size_t columns) {
  static const float never[] = {-1e9f, -1e9f, -INFINITY, -3e38f};
  const float value = never[below(sizeof never / sizeof never[0])];
  for (size_t row = 0; row < rows; row++) {
    const size_t from = below(columns + 1), to = from + below(columns + 1 - from);
    const bool outside = below(2);
    for (size_t i = 0; i < columns; i++) mask[row * columns + i] = (i >= from && i < to) == outside ? 0 : value;
  }
}

int check_masked_softmax(void) {
  static const size_t special[] = {1, 2, 31, 32, 33, 64, 127, 128, 129, 160, 255, 256, 300, 385};
  static const float scales[] = {1, 1, 10, 100, 1000};
  struct given g = {.outer = 1 + below(3), .repeats = 1 + below(3), .inner = 1 + below(4), .in_place = below(2)};
  g.columns = below(3) == 0 ? 1 + below(600) : special[below(sizeof special / sizeof special[0])];
  if (below(20) == 0) g.inner += 40;
  g.rows = g.outer * g.repeats * g.inner;
  const size_t count = g.rows * g.columns, mask_rows = g.outer * g.inner;
  g.scores = numbers(count), g.dy = numbers(count), g.shares = numbers(count), g.mask = numbers(mask_rows * g.columns);
  const float scale = scales[below(sizeof scales / sizeof scales[0])];
  for (size_t at = 0; at < count; at++) g.scores[at] *= scale;
  if (below(4) > 0) forbid(g.mask, mask_rows, g.columns);
  if (below(4) == 0) spoil(g.scores, count), spoil(g.mask, mask_rows * g.columns);
  if (below(4) == 0) g.scores[below(count)] = NAN;
  if (below(4) == 0) spoil(g.dy, count), spoil(g.shares, count);
  const struct answer plain = run(&g, "plain");
  int failed = check_forward(&g, plain.y) || check_backward(&g, plain.dx);
  static const char *const others[] = {"avx2", "avx512", "neon"};
  for (size_t set = 0; failed == 0 && set < sizeof others / sizeof others[0]; set++) {
    if (lathe_kernels_choose(others[set]) == NULL) continue;
    const struct answer answer = run(&g, others[set]);
    failed = compare(&g, others[set], answer.y, plain.y) || compare(&g, others[set], answer.dx, plain.dx);
    free(answer.y), free(answer.dx);
  }
  free(plain.y), free(plain.dx), free(g.scores), free(g.mask), free(g.dy), free(g.shares);
  return failed;
}
