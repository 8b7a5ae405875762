/* The cross-entropy of rows of logits with a label each, and the softmax that its gradient is made of, in one pass over memory. */
#ifndef LATHE_CROSS_ENTROPY_H
#define LATHE_CROSS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "instruction-set.h"
#include "threads.h"

/* Labels are from 0 to `columns` - 1. */
struct cross_entropy {
  size_t rows, columns;
  const float *logits;
  const int32_t *labels;
  float *shares, *loss, *lead;
};

/*
 * In each row shares = e^(x - max x) / s, s the sum of those, lead = x[label] - max x and loss = ln s - lead. `shares` may be
 * `logits`. NaN, plus infinity, or nothing but minus infinity makes shares and loss NaN. The same bits on any number of threads and by
 * every set.
 */
void cross_entropy_run(const struct instruction_set *set, const struct cross_entropy *given, const struct threads *threads);

#endif
