/*
 * Compares cross-entropies and their shares with float64, for random sizes, labels and numbers, in place or not, and every instruction
 * set that this processor has with plain C, bit by bit.
 */
#include "cross-entropy.fixture.h"

#include "cross-entropy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.fixture.h"

enum { sides = 3 };
static const char *const names[sides] = {"shares", "loss", "lead"};

struct given {
  size_t rows, columns;
  bool in_place;
  float *logits;
  int32_t *labels;
};

struct answer {
  float *made[sides];
};

static size_t count_of(const struct given *g, size_t side) { return side == 0 ? g->rows * g->columns : g->rows; }

static struct answer run(const struct given *g, const char *set) {
  lathe_kernels_choose(set);
  const struct threads threads = threads_of(1 + below(4));
  struct answer answer;
  for (size_t side = 0; side < sides; side++) answer.made[side] = numbers(count_of(g, side));
  float *shares = answer.made[0];
  if (g->in_place) memcpy(shares, g->logits, count_of(g, 0) * sizeof(float));
  const float *logits = g->in_place ? shares : g->logits;
  const struct cross_entropy given = {g->rows, g->columns, logits,        g->labels,
                                      shares,  answer.made[1], answer.made[2]};
  cross_entropy_run(instruction_set(), &given, &threads);
  return answer;
}

static int fail(const struct given *g, const char *set, size_t side, size_t at, double is, double should) {
  printf("%s: %s of %zu x %zu, in place %d: number %zu is %.9g and should be %.9g\n", set, names[side], g->rows, g->columns,
         g->in_place, at, is, should);
  return 1;
}

static bool is_near(double is, double should, double bound) {
  return isnan(should) ? isnan(is) : isinf(should) ? is == should : fabs(is - should) <= bound + 1e-37;
}

static int check(const struct given *g, const struct answer *answer) {
  for (size_t row = 0; row < g->rows; row++) {
    const float *x = g->logits + row * g->columns;
    double top = -INFINITY, sum = 0;
    for (size_t i = 0; i < g->columns; i++) top = fmax(top, (double)x[i]);
    for (size_t i = 0; i < g->columns; i++) sum += exp((double)x[i] - top);
    const double lead = (double)x[g->labels[row]] - top, loss = log(sum) - lead;
    for (size_t i = 0; i < g->columns; i++) {
      const double distance = (double)x[i] - top, should = exp(distance) / sum;
      const double is = (double)answer->made[0][row * g->columns + i];
      if (!is_near(is, should, (2e-6 + 1.2e-7 * fmin(fabs(distance), 90)) * should))
        return fail(g, "plain", 0, row * g->columns + i, is, should);
    }
    if (!is_near((double)answer->made[1][row], loss, 1e-6 * (1 + fabs(loss))))
      return fail(g, "plain", 1, row, (double)answer->made[1][row], loss);
    if (!is_near((double)answer->made[2][row], lead, 1e-7 * fabs(lead)))
      return fail(g, "plain", 2, row, (double)answer->made[2][row], lead);
  }
  return 0;
}

static int compare(const struct given *g, const char *set, const struct answer *found, const struct answer *plain) {
  for (size_t side = 0; side < sides; side++)
    for (size_t at = 0; at < count_of(g, side); at++) {
      const float is = found->made[side][at], should = plain->made[side][at];
      const bool same = memcmp(&is, &should, sizeof is) == 0 || (isnan(is) && isnan(should));
      if (!same) return fail(g, set, side, at, (double)is, (double)should);
    }
  return 0;
}

static void free_answer(struct answer *answer) {
  for (size_t side = 0; side < sides; side++) free(answer->made[side]);
}

int check_cross_entropy(void) {
  static const size_t special[] = {1, 2, 31, 32, 33, 64, 95, 96, 97, 320};
  static const float scales[] = {1, 1, 10, 100, 1000};
  struct given g = {.rows = 1 + below(6), .in_place = below(2)};
  g.columns = below(3) == 0 ? 1 + below(600) : special[below(sizeof special / sizeof special[0])];
  if (below(20) == 0) g.columns = 5000 + below(5000);
  g.logits = numbers(g.rows * g.columns);
  g.labels = malloc(g.rows * sizeof *g.labels);
  if (g.labels == NULL) exit(2);
  const float scale = scales[below(sizeof scales / sizeof scales[0])];
  for (size_t at = 0; at < g.rows * g.columns; at++) g.logits[at] *= scale;
  for (size_t row = 0; row < g.rows; row++) g.labels[row] = (int32_t)below(g.columns);
  if (below(4) == 0) spoil(g.logits, g.rows * g.columns);
  struct answer plain = run(&g, "plain");
  int failed = check(&g, &plain);
  static const char *const others[] = {"avx2", "avx512", "neon"};
  for (size_t set = 0; failed == 0 && set < sizeof others / sizeof others[0]; set++) {
    if (lathe_kernels_choose(others[set]) == NULL) continue;
    struct answer answer = run(&g, others[set]);
    failed = compare(&g, others[set], &answer, &plain);
    free_answer(&answer);
  }
  free_answer(&plain), free(g.logits), free(g.labels);
  return failed;
}
