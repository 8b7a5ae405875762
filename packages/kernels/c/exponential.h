/*
 * e^x in plain C, which the compiler makes vectors of for each instruction set. Every operation is rounded once, and none is left
 * to the compiler's choice (`-ffp-contract=off`), so that all sets give the same bits.
 */
#ifndef LATHE_EXPONENTIAL_H
#define LATHE_EXPONENTIAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "loop.h"

LOOP_INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

LOOP_INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* All bits where the highest one of these is set, none otherwise. A choice between two numbers would be a branch. */
LOOP_INLINE uint32_t mask_of(uint32_t bits) { return (uint32_t)((int32_t)bits >> 31); }

/* Adding it to a number rounds that to a whole one, which then stands in the lowest bits. */
static const float rounder = 12582912.0f; /* 1.5 * 2^23 */

/* e^x for -87 <= x <= 0, to one unit in the last place: 2^n e^r with |r| <= ln(2) / 2, and e^r by Cephes' polynomial. */
LOOP_INLINE float exponential(float x) {
  const float rounded = fmaf(x, 1.44269504f, rounder), n = rounded - rounder;
  const float r = fmaf(n, 2.12194440e-4f, fmaf(n, -0.693359375f, x));
  float p = fmaf(1.9875691500e-4f, r, 1.3981999507e-3f);
  p = fmaf(p, r, 8.3334519073e-3f);
  p = fmaf(p, r, 4.1665795894e-2f);
  p = fmaf(p, r, 1.6666665459e-1f);
  p = fmaf(p, r, 5.0000001201e-1f);
  p = fmaf(p, r * r, r) + 1.0f;
  return p * float_of((bits_of(rounded) + 127) << 23);
}

/* `x` where the mask has all bits, `y` where it has none. */
LOOP_INLINE float chosen(uint32_t mask, float x, float y) {
  return float_of((bits_of(x) & mask) | (bits_of(y) & ~mask));
}

#endif
