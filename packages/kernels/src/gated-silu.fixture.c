/*
 * Compares gates and their gradients with float64, for random sizes and numbers, in place or not, and every instruction set that
 * this processor has with plain C, bit by bit.
 */
#include "gated-silu.fixture.h"

#include "gated-silu.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.fixture.h"

enum { most_sides = 3 };

/* What is read, in the order dY, G, U, and what is made: y, dg, du. Each may lie where something read does. */
struct answer {
  float *made[most_sides];
};

static struct answer run(float *const given[], size_t count, const char *set, bool in_place) {
  struct answer answer;
  lathe_kernels_choose(set);
  const struct threads threads = threads_of(1 + below(4));
  float *copies[most_sides];
  for (size_t side = 0; side < most_sides; side++) {
    copies[side] = numbers(count);
    memcpy(copies[side], given[side], count * sizeof(float));
    answer.made[side] = numbers(count);
  }
  const struct gate gate = {count, copies[1], copies[2], in_place ? copies[2] : answer.made[0]};
  gated_silu_run(instruction_set(), &gate, &threads);
  memcpy(answer.made[0], gate.y, count * sizeof(float));
  memcpy(copies[2], given[2], count * sizeof(float));
  const struct gate_gradient gradient = {count,     copies[0], copies[1],
                                         copies[2], in_place ? copies[0] : answer.made[1],
                                         in_place ? copies[2] : answer.made[2]};
  gated_silu_gradient_run(instruction_set(), &gradient, &threads);
  memmove(answer.made[1], gradient.dg, count * sizeof(float));
  memmove(answer.made[2], gradient.du, count * sizeof(float));
  for (size_t side = 0; side < most_sides; side++) free(copies[side]);
  return answer;
}

static int fail(const char *set, size_t side, double g, double is, double should) {
  static const char *const names[] = {"y", "dg", "du"};
  printf("%s: %s at %.9g is %.9g and should be %.9g\n", set, names[side], g, is, should);
  return 1;
}

static int check(float *const given[], size_t count, const struct answer *answer) {
  for (size_t at = 0; at < count; at++) {
    const double dy = (double)given[0][at], g = (double)given[1][at], u = (double)given[2][at];
    /* Where e^-g is too small for full precision it is taken for 0. */
    const double s = g < -87 ? 0 : 1 / (1 + exp(-g)), rest = g > 87 ? 0 : 1 / (1 + exp(g)), silu = g * s;
    const double should[] = {silu * u, dy * u * (s + silu * rest), dy * silu};
    const double size[] = {fabs(silu * u), fabs(dy * u) * (s + fabs(silu) * rest), fabs(dy * silu)};
    for (size_t side = 0; side < most_sides; side++) {
      const double is = (double)answer->made[side][at];
      const bool same_kind = isnan(should[side])   ? isnan(is)
                             : isinf(should[side]) ? is == should[side]
                                                   : fabs(is - should[side]) <= 1e-6 * size[side] + 1e-37;
      if (!same_kind) return fail("plain", side, g, is, should[side]);
    }
  }
  return 0;
}

int check_gate(void) {
  static const float scales[] = {1, 1, 10, 100, 1000};
  const size_t count = below(20) == 0 ? 30000 + below(30000) : 1 + below(200);
  float *given[most_sides];
  for (size_t side = 0; side < most_sides; side++) {
    given[side] = numbers(count);
    const float scale = scales[below(sizeof scales / sizeof scales[0])];
    for (size_t at = 0; at < count; at++) given[side][at] *= scale;
    if (below(4) == 0) spoil(given[side], count);
  }
  const bool in_place = below(2);
  struct answer plain = run(given, count, "plain", in_place);
  int failed = check(given, count, &plain);
  static const char *const others[] = {"avx2", "avx512", "neon"};
  for (size_t set = 0; failed == 0 && set < sizeof others / sizeof others[0]; set++) {
    if (lathe_kernels_choose(others[set]) == NULL) continue;
    struct answer answer = run(given, count, others[set], in_place);
    for (size_t side = 0; side < most_sides; side++) {
      for (size_t at = 0; failed == 0 && at < count; at++) {
        const float *is = &answer.made[side][at], *should = &plain.made[side][at];
        const bool same = memcmp(is, should, sizeof(float)) == 0 || (isnan(*is) && isnan(*should));
        if (!same) failed = fail(others[set], side, (double)given[1][at], (double)*is, (double)*should);
      }
      free(answer.made[side]);
    }
  }
  for (size_t side = 0; side < most_sides; side++) free(given[side]), free(plain.made[side]);
  return failed;
}
