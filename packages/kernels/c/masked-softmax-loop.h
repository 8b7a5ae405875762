/* The loops of a softmax's row in plain C, which the compiler makes vectors of for each instruction set. */
#ifndef LATHE_MASKED_SOFTMAX_LOOP_H
#define LATHE_MASKED_SOFTMAX_LOOP_H

#include "instruction-set.h"
#include "softmax-loop.h"

/* How many columns are passed over together. */
enum { softmax_block = 128 };

/* Of `softmax_lanes` columns the masked scores, of which `top` keeps the largest. */
LOOP_INLINE void masked_step(const float *scores, const float *mask, float *y, float top[softmax_lanes]) {
#pragma GCC ivdep
  for (size_t j = 0; j < softmax_lanes; j++) {
    y[j] = scores[j] + mask[j];
    top[j] = larger(y[j], top[j]);
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
      for (size_t k = i; k < end; k += softmax_lanes) exponential_step(y + k, y + k, top, lanes);
  }
  if (rest > 0) exponential_step(last, last, top, lanes);
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
