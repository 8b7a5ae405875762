/*
 * The loops of the gate in plain C, which the compiler makes vectors of for each instruction set. Every operation is rounded
 * once, and none is left to the compiler's choice (`-ffp-contract=off`), so that all sets give the same bits.
 */
#ifndef LATHE_GATED_SILU_LOOP_H
#define LATHE_GATED_SILU_LOOP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "instruction-set.h"

#define GATE_INLINE static inline __attribute__((always_inline))

GATE_INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

GATE_INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* All bits where the highest one of these is set, none otherwise. A choice between two numbers would be a branch. */
GATE_INLINE uint32_t mask_of(uint32_t bits) { return (uint32_t)((int32_t)bits >> 31); }

/* Adding it to a number rounds that to a whole one, which then stands in the lowest bits. */
static const float rounder = 12582912.0f; /* 1.5 * 2^23 */

/* e^x for -87 <= x <= 0, to one unit in the last place: 2^n e^r with |r| <= ln(2) / 2, and e^r by Cephes' polynomial. */
GATE_INLINE float exponential(float x) {
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
GATE_INLINE float chosen(uint32_t mask, float x, float y) {
  return float_of((bits_of(x) & mask) | (bits_of(y) & ~mask));
}

struct sigmoid {
  float of, of_negative; /* 1 / (1 + e^-x), and 1 / (1 + e^x), which is what it lacks of 1. */
};

/* From the exponential that does not overflow, which is 0 where it is too small for full precision. */
GATE_INLINE struct sigmoid sigmoid(float x) {
  const uint32_t size = bits_of(x) & 0x7fffffff, is_negative = mask_of(bits_of(x));
  const uint32_t is_large = mask_of(bits_of(87.0f) - size);
  const float small = chosen(is_large, 0.0f, exponential(float_of(size | 0x80000000)));
  const float above = 1.0f / (1.0f + small), below = small * above;
  return (struct sigmoid){chosen(is_negative, below, above), chosen(is_negative, above, below)};
}

GATE_INLINE void gate_loop(const struct gate *gate) {
  const float *g = gate->g, *u = gate->u;
  float *y = gate->y;
#pragma GCC ivdep
  for (size_t i = 0; i < gate->count; i++) y[i] = g[i] * sigmoid(g[i]).of * u[i];
}

GATE_INLINE void gate_gradient_loop(const struct gate_gradient *gate) {
  const float *dy = gate->dy, *g = gate->g, *u = gate->u;
  float *dg = gate->dg, *du = gate->du;
#pragma GCC ivdep
  for (size_t i = 0; i < gate->count; i++) {
    const float x = g[i], d = dy[i];
    const struct sigmoid s = sigmoid(x);
    const float silu = x * s.of, slope = fmaf(silu, s.of_negative, s.of);
    dg[i] = d * u[i] * slope;
    du[i] = d * silu;
  }
}

#endif
