/* AdamW's update and the norm that it is clipped by, on the thread that calls. */
#ifndef LATHE_ADAMW_H
#define LATHE_ADAMW_H

#include <stddef.h>

enum { adamw_numbers = 7 };

/*
 * Updates `count` weights and their moments in place, by the numbers mean_factor, variance_factor, beta1, beta2, keep, epsilon
 * and rate, with g the gradient:
 *
 *     m = mean * beta1 + g * mean_factor;    v = variance * beta2 + g * g * variance_factor
 *     weight = weight * keep - m / (sqrt(v) + epsilon) * rate
 *
 * Moments under 2^-126 are kept as 0. The same bits with every instruction set.
 */
void lathe_kernels_adamw(size_t count, float *weights, float *mean, float *variance, const float *gradient,
                         const double numbers[adamw_numbers]);

/* The sum of squares in float64: every fourth number to one of four sums, what is over to the first. */
double lathe_kernels_squares(const float *values, size_t count);

#endif
