/* The update of weights and moments, as the engine calls it: no operator, since it runs between the graphs. */
#include "adamw.h"

#include "exported.h"
#include "instruction-set.h"

EXPORTED void lathe_kernels_adamw(size_t count, float *weights, float *mean, float *variance, const float *gradient,
                                  const double numbers[adamw_numbers]) {
  const struct adamw update = {
      .count = count,
      .weights = weights,
      .mean = mean,
      .variance = variance,
      .gradient = gradient,
      .mean_factor = numbers[0],
      .variance_factor = numbers[1],
      .beta1 = numbers[2],
      .beta2 = numbers[3],
      .keep = numbers[4],
      .epsilon = numbers[5],
      .rate = numbers[6],
  };
  instruction_set()->adamw(&update);
}

EXPORTED double lathe_kernels_squares(const float *values, size_t count) {
  return instruction_set()->squares(values, count);
}
