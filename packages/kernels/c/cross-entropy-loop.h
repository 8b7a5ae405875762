/* The loops of a row's cross-entropy in plain C, which the compiler makes vectors of for each instruction set. */
#ifndef LATHE_CROSS_ENTROPY_LOOP_H
#define LATHE_CROSS_ENTROPY_LOOP_H

#include "instruction-set.h"
#include "softmax-loop.h"

/* Of `softmax_lanes` columns the largest so far. */
LOOP_INLINE void top_step(const float *x, float top[softmax_lanes]) {
  for (size_t j = 0; j < softmax_lanes; j++) top[j] = larger(x[j], top[j]);
}

LOOP_INLINE void cross_entropy_loop(const struct cross_entropy_row *row) {
  const size_t rest = row->columns % softmax_lanes, whole = row->columns - rest;
  const float *x = row->logits;
  float *y = row->shares, last[softmax_lanes], lanes[softmax_lanes];
  /* What is beyond the row counts nothing. */
  for (size_t j = 0; j < softmax_lanes; j++) last[j] = lanes[j] = -INFINITY;
  if (rest > 0) memcpy(last, x + whole, rest * sizeof(float));
  for (size_t i = 0; i < whole; i += softmax_lanes) top_step(x + i, lanes);
  top_step(last, lanes);
  const float top = largest_of(lanes), lead = x[row->label] - top;
  for (size_t j = 0; j < softmax_lanes; j++) lanes[j] = nothing;
  for (size_t i = 0; i < whole; i += softmax_lanes) exponential_step(x + i, y + i, top, lanes);
  if (rest > 0) exponential_step(last, last, top, lanes);
  const float sum = row_sum(lanes), factor = 1.0f / sum;
  for (size_t i = 0; i < whole; i++) y[i] *= factor;
  for (size_t j = 0; j < rest; j++) y[whole + j] = last[j] * factor;
  *row->lead = lead;
  /* In float64, so that it does not matter how a system's library rounds. */
  *row->loss = (float)log((double)sum) - lead;
}

#endif
