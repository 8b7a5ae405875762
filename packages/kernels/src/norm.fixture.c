/*
 * Compares norms and their gradients with float64, for random sizes and numbers, in place or not, and every instruction set that
 * this processor has, and any number of threads, with plain C on one, bit by bit.
 */
#include "norm.fixture.h"

#include "norm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.fixture.h"

enum { dy, x, added, weight, bias, most_given };
enum { y, dx, dweight, dbias, most_made };

struct drawn {
  size_t rows, width;
  float *given[most_given], epsilon;
  bool is_centred, is_added, in_place;
  size_t sums; /* Over rows that are asked for. */
};

static size_t size_of_given(const struct drawn *drawn, size_t at) {
  return at < weight ? drawn->rows * drawn->width : drawn->width;
}
static size_t size_of_made(const struct drawn *drawn, size_t at) {
  return at < dweight ? drawn->rows * drawn->width : drawn->width;
}
static bool is_made(const struct drawn *drawn, size_t at) { return at < dweight || at - dweight < drawn->sums; }

static struct drawn draw(void) {
  static const float epsilons[] = {1e-5f, 1e-6f, 1e-12f}, scales[] = {1, 1, 0.01f, 1000};
  const bool is_large = below(20) == 0;
  struct drawn drawn = {
      .rows = is_large ? 100 + below(2000) : below(40),
      .width = is_large ? 1 + below(100) : 1 + below(200),
      .epsilon = epsilons[below(3)],
      .is_centred = below(2),
      .is_added = below(2),
      .in_place = below(2),
  };
  drawn.sums = below(drawn.is_centred ? 3 : 2);
  for (size_t side = 0; side < most_given; side++) {
    const size_t count = size_of_given(&drawn, side);
    drawn.given[side] = numbers(count);
    const float scale = scales[below(4)], shift = side == x && below(3) == 0 ? 3 : 0;
    for (size_t at = 0; at < count; at++) drawn.given[side][at] = scale * (drawn.given[side][at] + shift);
    if (count > 0 && below(8) == 0) spoil(drawn.given[side], count);
  }
  return drawn;
}

/* Allocates to the number, so that a sanitizer sees each step outside. */
static float *copied(const struct drawn *drawn, size_t side) {
  const size_t count = size_of_given(drawn, side);
  float *copy = numbers(count);
  memcpy(copy, drawn->given[side], count * sizeof *copy);
  return copy;
}

/* Puts what is made into `made`, one allocation each. False without memory. */
static bool run(const struct drawn *drawn, const char *set, size_t count, float *made[most_made]) {
  lathe_kernels_choose(set);
  const struct threads threads = threads_of(count);
  float *given[most_given];
  for (size_t side = 0; side < most_given; side++) given[side] = copied(drawn, side);
  for (size_t side = 0; side < most_made; side++) made[side] = numbers(size_of_made(drawn, side));
  const size_t bytes = drawn->rows * drawn->width * sizeof(float);
  const struct norm norm = {drawn->rows,   drawn->width,
                            given[x],      given[weight],
                            drawn->is_centred ? given[bias] : NULL,
                            drawn->epsilon, drawn->in_place ? given[x] : made[y]};
  norm_run(instruction_set(), &norm, &threads);
  memmove(made[y], norm.y, bytes);
  memcpy(given[x], drawn->given[x], bytes);
  float *const places[] = {given[dy], given[x], drawn->is_added ? given[added] : made[dx]};
  const struct norm_gradient gradient = {
      .rows = drawn->rows,
      .width = drawn->width,
      .dy = given[dy],
      .x = given[x],
      .weight = given[weight],
      .added = drawn->is_added ? given[added] : NULL,
      .epsilon = drawn->epsilon,
      .is_centred = drawn->is_centred,
      .dx = drawn->in_place ? places[drawn->rows % 3] : made[dx],
      .dweight = is_made(drawn, dweight) ? made[dweight] : NULL,
      .dbias = is_made(drawn, dbias) ? made[dbias] : NULL,
  };
  const bool done = norm_gradient_run(instruction_set(), &gradient, &threads);
  memmove(made[dx], gradient.dx, bytes);
  for (size_t side = 0; side < most_given; side++) free(given[side]);
  return done;
}

static int fail(const struct drawn *drawn, const char *set, size_t side, double is, double should) {
  static const char *const names[] = {"y", "dx", "dweight", "dbias"};
  printf("%s: %s of a %s norm of [%zu, %zu] is %.9g and should be %.9g\n", set, names[side],
         drawn->is_centred ? "centred" : "plain", drawn->rows, drawn->width, is, should);
  return 1;
}

/* What a number should be, and how far it may be from that: in float32 each number below it is off by a part of its size. */
struct expected {
  double is, within;
};

static bool is_near(double is, struct expected expected) {
  /* Where float32 overflows, or divides what float64 does not, it is its own affair. */
  if (!isfinite(expected.is) || !(expected.within < 1e30)) return true;
  return fabs(is - expected.is) <= expected.within;
}

static int check(const struct drawn *drawn, float *const made[most_made]) {
  const size_t width = drawn->width;
  const float *const *given = (const float *const *)drawn->given;
  double *sums = calloc(4 * width, sizeof *sums); /* By weight, by bias, and the sizes of what is summed. */
  int failed = 0;
  for (size_t row = 0; failed == 0 && row < drawn->rows; row++) {
    const size_t begin = row * width;
    double mean = 0, largest = 0, squares = 0, b_mean = 0, b_size = 0, along = 0;
    for (size_t i = 0; i < width; i++) {
      mean += (double)given[x][begin + i] / (double)width;
      largest = fmax(largest, fabs((double)given[x][begin + i]));
    }
    if (!drawn->is_centred) mean = 0;
    for (size_t i = 0; i < width; i++) squares += pow((double)given[x][begin + i] - mean, 2) / (double)width;
    const double r = 1 / sqrt(squares + (double)drawn->epsilon);
    for (size_t i = 0; i < width; i++) {
      const double b = (double)given[dy][begin + i] * (double)given[weight][i];
      b_mean += drawn->is_centred ? b / (double)width : 0;
      b_size = fmax(b_size, fabs(b));
      along += b * ((double)given[x][begin + i] - mean) * r / (double)width;
    }
    /* By how much a normed number is off where x lies far from 0 beside how it differs. */
    const double off = 3e-6 * (1 + largest * r);
    for (size_t i = 0; failed == 0 && i < width; i++) {
      const double n = ((double)given[x][begin + i] - mean) * r, w = (double)given[weight][i];
      const double d = (double)given[dy][begin + i], plus = drawn->is_added ? (double)given[added][begin + i] : 0;
      const double offset = drawn->is_centred ? (double)given[bias][i] : 0;
      const struct expected expected[] = {
          {n * w + offset, off * (1 + fabs(n)) * fabs(w) + 1e-6 * fabs(offset) + 1e-30},
          {plus + r * (d * w - b_mean - n * along),
           1e-6 * fabs(plus) + r * b_size * off * (3 + n * n + fabs(n)) + 1e-30},
      };
      for (size_t side = y; failed == 0 && side <= dx; side++)
        if (!is_near((double)made[side][begin + i], expected[side]))
          failed = fail(drawn, "plain", side, (double)made[side][begin + i], expected[side].is);
      sums[i] += d * n;
      sums[width + i] += d;
      sums[2 * width + i] += off * fabs(d) * (1 + fabs(n));
      sums[3 * width + i] += 1e-5 * fabs(d);
    }
  }
  for (size_t side = dweight; side < most_made; side++)
    for (size_t i = 0; failed == 0 && is_made(drawn, side) && i < width; i++) {
      const double *of = sums + (side - dweight) * width;
      if (!is_near((double)made[side][i], (struct expected){of[i], of[2 * width + i] + 1e-30}))
        failed = fail(drawn, "plain", side, (double)made[side][i], of[i]);
    }
  free(sums);
  return failed;
}

static int compare(const struct drawn *drawn, const char *set, float *const is[], float *const should[]) {
  for (size_t side = 0; side < most_made; side++)
    for (size_t at = 0; is_made(drawn, side) && at < size_of_made(drawn, side); at++) {
      const float *one = &is[side][at], *other = &should[side][at];
      if (memcmp(one, other, sizeof *one) != 0 && !(isnan(*one) && isnan(*other)))
        return fail(drawn, set, side, (double)*one, (double)*other);
    }
  return 0;
}

int check_norm(void) {
  const struct drawn drawn = draw();
  float *plain[most_made], *made[most_made];
  int failed = run(&drawn, "plain", 1, plain) ? check(&drawn, plain) : 1;
  static const char *const sets[] = {"plain", "avx2", "avx512", "neon"};
  for (size_t set = 0; failed == 0 && set < sizeof sets / sizeof sets[0]; set++) {
    if (lathe_kernels_choose(sets[set]) == NULL) continue;
    failed = run(&drawn, sets[set], 1 + below(4), made) ? compare(&drawn, sets[set], made, plain) : 1;
    for (size_t side = 0; side < most_made; side++) free(made[side]);
  }
  for (size_t side = 0; side < most_given; side++) free(drawn.given[side]);
  for (size_t side = 0; side < most_made; side++) free(plain[side]);
  return failed;
}
