/* What loops that are compiled for each instruction set are made of. */
#ifndef LATHE_LOOP_H
#define LATHE_LOOP_H

#include <stddef.h>

/* Part of the loop that calls it, and so of its instruction set. */
#define LOOP_INLINE static inline __attribute__((always_inline))

/*
 * A sum over a row is made of so many sums, number i in that of i % row_sums, which are then added in pairs: as many as fill the
 * vectors of every instruction set, so that all give the same bits.
 */
enum { row_sums = 32 };

LOOP_INLINE void add_half(float sums[row_sums], size_t half) {
  for (size_t j = 0; j < half; j++) sums[j] += sums[j + half];
}
/* The sum of them all, of which they keep no trace. */
LOOP_INLINE float row_sum(float sums[row_sums]) {
  add_half(sums, 16), add_half(sums, 8), add_half(sums, 4), add_half(sums, 2);
  return sums[0] + sums[1];
}

#endif
