/*
 * The loops of the gate in plain C, which the compiler makes vectors of for each instruction set. Every operation is rounded
 * once, and none is left to the compiler's choice (`-ffp-contract=off`), so that all sets give the same bits.
 */
#ifndef LATHE_GATED_SILU_LOOP_H
#define LATHE_GATED_SILU_LOOP_H

#include "exponential.h"
#include "instruction-set.h"

struct sigmoid {
  float of, of_negative; /* 1 / (1 + e^-x), and 1 / (1 + e^x), which is what it lacks of 1. */
};

/* From the exponential that does not overflow, which is 0 where it is too small for full precision. */
LOOP_INLINE struct sigmoid sigmoid(float x) {
  const uint32_t size = bits_of(x) & 0x7fffffff, is_negative = mask_of(bits_of(x));
  const uint32_t is_large = mask_of(bits_of(87.0f) - size);
  const float small = chosen(is_large, 0.0f, exponential(float_of(size | 0x80000000)));
  const float above = 1.0f / (1.0f + small), below = small * above;
  return (struct sigmoid){chosen(is_negative, below, above), chosen(is_negative, above, below)};
}

LOOP_INLINE void gate_loop(const struct gate *gate) {
  const float *g = gate->g, *u = gate->u;
  float *y = gate->y;
#pragma GCC ivdep
  for (size_t i = 0; i < gate->count; i++) y[i] = g[i] * sigmoid(g[i]).of * u[i];
}

LOOP_INLINE void gate_gradient_loop(const struct gate_gradient *gate) {
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
