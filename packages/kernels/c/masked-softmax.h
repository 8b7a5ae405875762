/* The softmax of masked scores, and the gradient of any softmax, each in one pass over memory. */
#ifndef LATHE_MASKED_SOFTMAX_H
#define LATHE_MASKED_SOFTMAX_H

#include <stddef.h>

#include "instruction-set.h"
#include "threads.h"

/*
 * Rows of scores. The mask has `inner` rows for as many of the scores, which it repeats until they have served `repeats`
 * times; then it goes on.
 */
struct masked_softmax {
  size_t rows, columns, inner, repeats;
  const float *scores, *mask;
  float *y;
};

/*
 * y = e^(x - max x) / (the sum of those) in each row, x = scores + mask. `y` may be `scores`. A row with NaN or plus infinity
 * in it, or nothing but minus infinity, is NaN. The same bits on any number of threads and by every set.
 */
void masked_softmax_run(const struct instruction_set *set, const struct masked_softmax *softmax,
                        const struct threads *threads);

struct softmax_gradient {
  size_t rows, columns;
  const float *dy, *y;
  float *dx;
};

/* dx = y * (dy - the sum of y * dy over the row). `dx` may be `dy` or `y`. */
void softmax_gradient_run(const struct instruction_set *set, const struct softmax_gradient *gradient,
                          const struct threads *threads);

#endif
