/* The softmax of masked scores, and the gradient of any softmax, each in one pass over memory. */
#ifndef LATHE_MASKED_SOFTMAX_H
#define LATHE_MASKED_SOFTMAX_H

#include <stddef.h>

#include "instruction-set.h"
#include "threads.h"

/* Rows of scores, each of which is softmaxed. The mask has `inner` rows for as many of the scores, and repeats them `repeats` times before it goes on. */
struct masked_softmax {
  size_t rows, columns, inner, repeats;
  const float *scores, *mask;
  float *y;
};

/* `y` may be `scores`. A row that holds a number that is none, or infinity, or nothing but minus infinity, is not a number throughout. The same bits on any number of threads and by every set. */
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
