/* RMSNorm and LayerNorm over the last axis, and their gradients, which read no statistics: they are made again from x. */
#ifndef LATHE_NORM_H
#define LATHE_NORM_H

#include <stdbool.h>

#include "instruction-set.h"
#include "threads.h"

/* `y` may be `x`. The same bits on any number of threads and by every set. */
void norm_run(const struct instruction_set *set, const struct norm *norm, const struct threads *threads);

/*
 * With b = dy * weight, r = 1 / sqrt(mean of (x - mean)^2 + epsilon) and n = (x - mean) * r, of each row:
 *
 *     dx = added + r * (b - mean of b - n * mean of b * n)        without the mean of b where x is not centred
 *     dweight = sum over rows of dy * n,  dbias = sum over rows of dy
 *
 * `dx` may be any tensor of its shape that is read. The sums are those of blocks of rows, as many as hang on their number alone:
 * the same bits here too. False where there is no memory for them.
 */
bool norm_gradient_run(const struct instruction_set *set, const struct norm_gradient *norm,
                       const struct threads *threads);

#endif
