/*
 * Compares AdamW's update and sums of squares with wider numbers than float64, for random sizes and numbers, and every
 * instruction set that this processor has with plain C, bit by bit.
 */
#include "adamw.fixture.h"

#include "adamw.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instruction-set.h"
#include "random.fixture.h"

enum { weights, mean, variance, gradient, sides, updated = gradient };
static const char *const names[] = {"weight", "mean", "variance"};

struct answer {
  float *made[updated];
  double squares;
};

static struct answer run(float *const given[], size_t count, const double *factors, const char *set) {
  struct answer answer;
  lathe_kernels_choose(set);
  for (size_t side = 0; side < updated; side++) {
    answer.made[side] = numbers(count);
    memcpy(answer.made[side], given[side], count * sizeof(float));
  }
  lathe_kernels_adamw(count, answer.made[weights], answer.made[mean], answer.made[variance], given[gradient], factors);
  answer.squares = lathe_kernels_squares(given[gradient], count);
  return answer;
}

static int fail(const char *set, const char *what, size_t at, double is, double should) {
  printf("%s: %s %zu is %.17g and should be %.17g\n", set, what, at, is, should);
  return 1;
}

/* Whether a number is near what it should be, by the size of what it was made from. */
static bool is_near(double is, long double should, long double size) {
  if (isnan(should)) return isnan(is);
  if (isinf(should)) return is == (double)should;
  return fabsl((long double)is - should) <= 1e-6L * size + 1e-37L;
}

static int check(float *const given[], size_t count, const double *f, const struct answer *answer) {
  static const long double least_normal = 0x1p-126L;
  long double squares = 0;
  for (size_t at = 0; at < count; at++) {
    const long double w = (long double)given[weights][at], g = (long double)given[gradient][at];
    const long double before[] = {given[mean][at] * (long double)f[2], given[variance][at] * (long double)f[3]};
    const long double added[] = {g * f[0], g * g * f[1]};
    const long double m = before[0] + added[0], v = before[1] + added[1], step = f[6] / (sqrtl(v) + f[5]);
    const long double should[] = {w * f[4] - m * step, m, v};
    const long double size[] = {fabsl(w * f[4]) + (fabsl(before[0]) + fabsl(added[0])) * step,
                                fabsl(before[0]) + fabsl(added[0]), fabsl(before[1]) + fabsl(added[1])};
    for (size_t side = 0; side < updated; side++) {
      const double is = (double)answer->made[side][at];
      if (!is_near(is, should[side], size[side])) return fail("plain", names[side], at, is, (double)should[side]);
      const bool is_moment = side != weights;
      if (is_moment && fabsl(should[side]) < 0.999L * least_normal && is != 0)
        return fail("plain", names[side], at, is, 0);
      if (is_moment && fabsl(should[side]) > 1.001L * least_normal && is == 0)
        return fail("plain", names[side], at, is, (double)should[side]);
    }
    squares += g * g;
  }
  if (!is_near(answer->squares, squares, 1e-6L * squares))
    return fail("plain", "sum of squares of", count, answer->squares, (double)squares);
  return 0;
}

int check_adamw(void) {
  /* The least are those at which squares, or moments themselves, are too small for full precision. */
  static const float scales[] = {1, 1, 1e-4f, 1e-19f, 1e-37f};
  const size_t count = below(200);
  float *given[sides];
  for (size_t side = 0; side < sides; side++) {
    given[side] = numbers(count);
    const float scale = scales[below(sizeof scales / sizeof scales[0])];
    for (size_t at = 0; at < count; at++) {
      given[side][at] *= scale;
      if (side == variance) given[side][at] = fabsf(given[side][at]) * scale;
    }
    if (count > 0 && below(4) == 0) spoil(given[side], count);
  }
  const double clip = below(2) ? 1 : 0.37;
  const double factors[adamw_numbers] = {0.1 * clip, 0.001 * clip * clip, 0.9, 0.999, below(2) ? 1 : 0.9999, 1e-8, 1e-3};
  struct answer plain = run(given, count, factors, "plain");
  int failed = check(given, count, factors, &plain);
  static const char *const others[] = {"avx2", "avx512", "neon"};
  for (size_t set = 0; failed == 0 && set < sizeof others / sizeof others[0]; set++) {
    if (lathe_kernels_choose(others[set]) == NULL) continue;
    struct answer answer = run(given, count, factors, others[set]);
    for (size_t side = 0; side < updated; side++) {
      for (size_t at = 0; failed == 0 && at < count; at++) {
        const float *is = &answer.made[side][at], *should = &plain.made[side][at];
        const bool same = memcmp(is, should, sizeof(float)) == 0 || (isnan(*is) && isnan(*should));
        if (!same) failed = fail(others[set], names[side], at, (double)*is, (double)*should);
      }
      free(answer.made[side]);
    }
    const bool same = answer.squares == plain.squares || (isnan(answer.squares) && isnan(plain.squares));
    if (failed == 0 && !same) failed = fail(others[set], "sum of squares of", count, answer.squares, plain.squares);
  }
  for (size_t side = 0; side < sides; side++) free(given[side]);
  for (size_t side = 0; side < updated; side++) free(plain.made[side]);
  return failed;
}
