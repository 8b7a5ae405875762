/* The loops of a softmax's row in plain C, which the compiler makes vectors of for each instruction set. */
#ifndef LATHE_MASKED_SOFTMAX_LOOP_H
#define LATHE_MASKED_SOFTMAX_LOOP_H

#include "exponential.h"
#include "instruction-set.h"
#include "loop.h"

/* How many columns are computed beside each other, and how many are passed over together. */
enum { softmax_lanes = row_sums, softmax_block = 128 };

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

/* Of `softmax_lanes` columns the masked scores, of which `top` keeps the largest. */
LOOP_INLINE void masked_step(const float *scores, const float *mask, float *y, float top[softmax_lanes]) {
#pragma GCC ivdep
  for (size_t j = 0; j < softmax_lanes; j++) {
    y[j] = scores[j] + mask[j];
    top[j] = larger(y[j], top[j]);
  }
}

/* Of as many columns the exponentials, which are added to `sums`. */
LOOP_INLINE void exponential_step(float *y, float top, float sums[softmax_lanes]) {
#pragma GCC ivdep
  for (size_t j = 0; j < softmax_lanes; j++) {
    y[j] = exponential_or_zero(y[j] - top);
    sums[j] += y[j];
  }
}

/* Whether all exponentials of a block are 0. NaN is not. */
LOOP_INLINE bool is_forbidden(const float *y, float top) {
  const float least = top - 88.0f;
  if (!(y[0] < least)) return false;
  uint32_t open = 0;
  for (size_t j = 0; j < softmax_block; j++) open |= !(y[j] < least);
  return open == 0;
}

LOOP_INLINE void masked_softmax_loop(const struct masked_softmax_row *row) {
  const size_t rest = row->columns % softmax_lanes, whole = row->columns - rest;
  float *y = row->y, last[softmax_lanes], last_mask[softmax_lanes], lanes[softmax_lanes];
  for (size_t j = 0; j < softmax_lanes; j++) lanes[j] = -INFINITY;
  for (size_t i = 0; i < whole; i += softmax_lanes) masked_step(row->scores + i, row->mask + i, y + i, lanes);
  if (rest > 0) {
    /* What is beyond the row counts nothing. */
    for (size_t j = 0; j < softmax_lanes; j++) last[j] = -INFINITY, last_mask[j] = 0;
    memcpy(last, row->scores + whole, rest * sizeof(float));
    memcpy(last_mask, row->mask + whole, rest * sizeof(float));
    masked_step(last, last_mask, last, lanes);
  }
  const float top = largest_of(lanes);
  for (size_t j = 0; j < softmax_lanes; j++) lanes[j] = nothing;
  for (size_t i = 0; i < whole; i += softmax_block) {
    const size_t end = whole - i < softmax_block ? whole : i + softmax_block;
    if (end - i == softmax_block && is_forbidden(y + i, top))
      memset(y + i, 0, softmax_block * sizeof(float));
    else
      for (size_t k = i; k < end; k += softmax_lanes) exponential_step(y + k, top, lanes);
  }
  if (rest > 0) exponential_step(last, top, lanes);
  const float factor = 1.0f / row_sum(lanes);
  for (size_t i = 0; i < whole; i++) y[i] *= factor;
  for (size_t j = 0; j < rest; j++) y[whole + j] = last[j] * factor;
}

/* Of as many columns the products, which are added to `sums`. */
LOOP_INLINE void product_step(const float *dy, const float *y, float sums[softmax_lanes]) {
  for (size_t j = 0; j < softmax_lanes; j++) sums[j] = fmaf(dy[j], y[j], sums[j]);
}

LOOP_INLINE void softmax_gradient_loop(const struct softmax_gradient_row *row) {
  const size_t rest = row->columns % softmax_lanes, whole = row->columns - rest;
  const float *dy = row->dy, *y = row->y;
  float *dx = row->dx, sums[softmax_lanes];
  for (size_t j = 0; j < softmax_lanes; j++) sums[j] = nothing;
  for (size_t i = 0; i < whole; i += softmax_lanes) product_step(dy + i, y + i, sums);
  for (size_t j = 0; j < rest; j++) sums[j] = fmaf(dy[whole + j], y[whole + j], sums[j]);
  const float sum = row_sum(sums);
#pragma GCC ivdep
  for (size_t i = 0; i < row->columns; i++) dx[i] = y[i] * (dy[i] - sum);
}

#endif
