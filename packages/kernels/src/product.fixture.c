/*
 * Compares products with sums in float64, for random sizes and layouts, and every instruction set that this processor has
 * with plain C, bit by bit.
 */
#include "product.fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.fixture.h"
#include "product.h"

/* Sizes at which blocks and panels begin and end, and others. */
static size_t size(void) {
  static const size_t special[] = {1, 2, 3, 6, 7, 8, 13, 14, 15, 16, 17, 28, 31, 32, 33, 64, 97, 112, 113};
  return below(3) == 0 ? 1 + below(70) : special[below(sizeof special / sizeof special[0])];
}
static size_t depth_of(size_t others) {
  static const size_t special[] = {1, 2, 15, 16, 17, 383, 384, 385, 512, 769};
  return others > 6000 || below(2) == 0 ? 1 + below(40) : special[below(sizeof special / sizeof special[0])];
}

struct given {
  size_t m, k, n;
  bool trans_a, trans_b, has_c, c_is_row, in_place;
  float alpha, *a, *b, *c;
};

static float *run(const struct given *g, const char *set) {
  if (lathe_kernels_choose(set) == NULL) return NULL;
  float *y = numbers(g->m * g->n);
  if (g->has_c && g->in_place) memcpy(y, g->c, g->m * g->n * sizeof(float));
  struct product product = {
      .set = instruction_set(),
      .rows = g->m,
      .depth = g->k,
      .columns = g->n,
      .a = {g->a, g->trans_a ? g->m : g->k, g->trans_a},
      .b = {g->b, g->trans_b ? g->k : g->n, g->trans_b},
      .c = !g->has_c ? NULL : g->in_place ? y : g->c,
      .c_is_row = g->c_is_row,
      .y = y,
      .alpha = g->alpha,
  };
  const struct threads threads = threads_of(1 + below(5));
  if (!product_run(&product, &threads)) exit(2);
  return y;
}

static int fail(const struct given *g, const char *set, size_t row, size_t column, double is, double should) {
  printf("%s: %zu x %zu x %zu, trans_a %d, trans_b %d, alpha %g, C %d, one row %d, in place %d: [%zu, %zu] is %.9g and "
         "should be %.9g\n",
         set, g->m, g->k, g->n, g->trans_a, g->trans_b, (double)g->alpha, g->has_c, g->c_is_row, g->in_place, row, column,
         is, should);
  return 1;
}

static double a_at(const struct given *g, size_t i, size_t k) {
  return (double)g->a[g->trans_a ? k * g->m + i : i * g->k + k];
}
static double b_at(const struct given *g, size_t k, size_t j) {
  return (double)g->b[g->trans_b ? j * g->k + k : k * g->n + j];
}

/* Whether every number is near the sum in float64, by the size of what was summed. */
static int check(const struct given *g, const char *set, const float *y) {
  for (size_t i = 0; i < g->m; i++)
    for (size_t j = 0; j < g->n; j++) {
      double sum = 0, size = 0;
      for (size_t k = 0; k < g->k; k++) {
        const double term = a_at(g, i, k) * b_at(g, k, j);
        sum += term;
        size += fabs(term);
      }
      const double c = g->has_c ? (double)g->c[(g->c_is_row ? 0 : i * g->n) + j] : 0;
      const double should = (double)g->alpha * sum + c, is = (double)y[i * g->n + j];
      const double bound = 1e-6 * (fabs((double)g->alpha) * size * (1 + sqrt((double)g->k) / 8) + fabs(c)) + 1e-37;
      const bool same_kind = isnan(should) ? isnan(is) : isinf(should) ? is == should : fabs(is - should) <= bound;
      if (!same_kind) return fail(g, set, i, j, is, should);
    }
  return 0;
}

int check_product(void) {
  static const float alphas[] = {1, 1, 1, 0.5f, -2, 0};
  struct given g = {.m = size(), .n = size()};
  /* More than is packed at a time. */
  if (below(20) == 0) *(below(2) ? &g.m : &g.n) = 200 + below(1000);
  g.k = depth_of(g.m * g.n);
  g.trans_a = below(2), g.trans_b = below(2), g.has_c = below(2), g.c_is_row = below(3) == 0, g.in_place = !g.c_is_row && below(2);
  g.alpha = alphas[below(sizeof alphas / sizeof alphas[0])];
  g.a = numbers(g.m * g.k), g.b = numbers(g.k * g.n), g.c = numbers(g.c_is_row ? g.n : g.m * g.n);
  if (below(4) == 0) {
    spoil(g.a, g.m * g.k);
    spoil(g.b, g.k * g.n);
    spoil(g.c, g.c_is_row ? g.n : g.m * g.n);
  }
  float *plain = run(&g, "plain");
  int failed = check(&g, "plain", plain);
  static const char *const others[] = {"avx2", "avx512", "neon"};
  for (size_t at = 0; failed == 0 && at < sizeof others / sizeof others[0]; at++) {
    float *y = run(&g, others[at]);
    for (size_t i = 0; y != NULL && failed == 0 && i < g.m * g.n; i++) {
      const bool same = memcmp(&y[i], &plain[i], sizeof(float)) == 0 || (isnan(y[i]) && isnan(plain[i]));
      if (!same) failed = fail(&g, others[at], i / g.n, i % g.n, (double)y[i], (double)plain[i]);
    }
    free(y);
  }
  free(plain), free(g.a), free(g.b), free(g.c);
  return failed;
}
