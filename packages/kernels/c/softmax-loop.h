/* What the loops of every softmax are made of. */
#ifndef LATHE_SOFTMAX_LOOP_H
#define LATHE_SOFTMAX_LOOP_H

#include "exponential.h"
#include "loop.h"

/* How many columns are computed beside each other. */
enum { softmax_lanes = row_sums };

/* What sums begin with: added to any number it is that number. Zeros would be written by a call. */
static const float nothing = -0.0f;

/* e^x for x <= 0, 0 under e^-87. */
LOOP_INLINE float exponential_or_zero(float x) { return exponential(x < -87.0f ? -88.0f : x); }

LOOP_INLINE float larger(float x, float y) { return x > y ? x : y; }
LOOP_INLINE void take_larger_half(float lanes[softmax_lanes], size_t half) {
  for (size_t j = 0; j < half; j++) lanes[j] = larger(lanes[j + half], lanes[j]);
}
LOOP_INLINE float largest_of(float lanes[softmax_lanes]) {
  take_larger_half(lanes, 16), take_larger_half(lanes, 8), take_larger_half(lanes, 4), take_larger_half(lanes, 2);
  return larger(lanes[1], lanes[0]);
}

/* Of `softmax_lanes` columns the exponentials, which are added to `sums`. `y` may be `x`. */
LOOP_INLINE void exponential_step(const float *x, float *y, float top, float sums[softmax_lanes]) {
#pragma GCC ivdep
  for (size_t j = 0; j < softmax_lanes; j++) {
    y[j] = exponential_or_zero(x[j] - top);
    sums[j] += y[j];
  }
}

#endif
