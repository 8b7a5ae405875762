/*
 * The loops of the update in plain C, which the compiler makes vectors of for each instruction set. Each operation of float64 is
 * rounded once, in the order of the engine's own loops (`packages/engine/src/optim`), so that all give the same bits.
 */
#ifndef LATHE_ADAMW_LOOP_H
#define LATHE_ADAMW_LOOP_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "instruction-set.h"
#include "loop.h"

/* A moment as it is kept: 0 where it is too small for full precision, since arithmetic with such numbers is slow. */
LOOP_INLINE float flushed(double moment) {
  /* By its bits: a choice between two numbers would be a branch. */
  static const int64_t least_normal = (int64_t)(1023 - 126) << 52;
  int64_t bits;
  memcpy(&bits, &moment, sizeof bits);
  bits &= -(int64_t)((bits & INT64_MAX) >= least_normal);
  memcpy(&moment, &bits, sizeof bits);
  return (float)moment;
}

LOOP_INLINE void adamw_loop(const struct adamw *update) {
  const struct adamw u = *update;
  float *weights = u.weights, *mean = u.mean, *variance = u.variance;
  const float *gradient = u.gradient;
#pragma GCC ivdep
  for (size_t i = 0; i < u.count; i++) {
    const double g = (double)gradient[i];
    const double m = (double)mean[i] * u.beta1 + g * u.mean_factor;
    const double v = (double)variance[i] * u.beta2 + g * g * u.variance_factor;
    mean[i] = flushed(m);
    variance[i] = flushed(v);
    weights[i] = (float)((double)weights[i] * u.keep - m / (sqrt(v) + u.epsilon) * u.rate);
  }
}

/* Four sums that do not wait for each other. */
LOOP_INLINE double squares_loop(const float *values, size_t count) {
  double sums[4] = {0};
  const size_t whole = count - count % 4;
  for (size_t i = 0; i < whole; i += 4)
    for (size_t lane = 0; lane < 4; lane++) {
      const double x = (double)values[i + lane];
      sums[lane] += x * x;
    }
  for (size_t i = whole; i < count; i++) sums[0] += (double)values[i] * (double)values[i];
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

#endif
