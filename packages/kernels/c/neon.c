/* NEON: tiles of 8 rows and 12 columns, whose sums fill 24 of the 32 registers. */
#include "instruction-set.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

enum { a_width = 8, lanes = 4, vectors = 3, b_width = vectors * lanes };

static bool is_supported(void) { return true; }

/* Whole tiles always: what is over is zero in the panels, and stays in `whole` below. */
static void tile(const struct tile *t) {
  float32x4_t sums[a_width][vectors];
#pragma GCC unroll 8
  for (size_t i = 0; i < a_width; i++)
#pragma GCC unroll 3
    for (size_t v = 0; v < vectors; v++) sums[i][v] = vdupq_n_f32(0);
  const float *a = t->a, *b = t->b;
  for (size_t k = 0; k < t->depth; k++) {
    const float32x4_t low = vld1q_f32(a), high = vld1q_f32(a + lanes);
#pragma GCC unroll 3
    for (size_t v = 0; v < vectors; v++) {
      const float32x4_t right = vld1q_f32(b + v * lanes);
      sums[0][v] = vfmaq_laneq_f32(sums[0][v], right, low, 0);
      sums[1][v] = vfmaq_laneq_f32(sums[1][v], right, low, 1);
      sums[2][v] = vfmaq_laneq_f32(sums[2][v], right, low, 2);
      sums[3][v] = vfmaq_laneq_f32(sums[3][v], right, low, 3);
      sums[4][v] = vfmaq_laneq_f32(sums[4][v], right, high, 0);
      sums[5][v] = vfmaq_laneq_f32(sums[5][v], right, high, 1);
      sums[6][v] = vfmaq_laneq_f32(sums[6][v], right, high, 2);
      sums[7][v] = vfmaq_laneq_f32(sums[7][v], right, high, 3);
    }
    a += t->a_step;
    b += t->b_step;
  }
  const float32x4_t alpha = vdupq_n_f32(t->alpha);
  for (size_t i = 0; i < t->rows; i++) {
    float whole[b_width] = {0};
    const size_t bytes = t->columns * sizeof(float);
    if (t->c != NULL) memcpy(whole, t->c + i * t->c_stride, bytes);
#pragma GCC unroll 3
    for (size_t v = 0; v < vectors; v++) {
      float *at = whole + v * lanes;
      vst1q_f32(at, t->c == NULL ? vmulq_f32(alpha, sums[i][v])
                                 : vfmaq_f32(vld1q_f32(at), alpha, sums[i][v]));
    }
    memcpy(t->y + i * t->y_stride, whole, bytes);
  }
}

static void pack_along(const struct panel *panel, float *to) {
  for (size_t k = 0; k < panel->depth; k++) {
    float *step = to + k * panel->width;
    memcpy(step, panel->from + k * panel->stride, panel->count * sizeof(float));
    for (size_t i = panel->count; i < panel->width; i++) step[i] = 0;
  }
}

static void pack_across(const struct panel *panel, float *to) {
  for (size_t i = 0; i < panel->width; i++)
    for (size_t k = 0; k < panel->depth; k++)
      to[k * panel->width + i] = i < panel->count ? panel->from[i * panel->stride + k] : 0;
}

#define SET
#include "set-loops.h"

const struct instruction_set instruction_set_neon = {
    .name = "neon",
    .is_supported = is_supported,
    .a_width = a_width,
    .b_width = b_width,
    .tile = tile,
    .pack_along = pack_along,
    .pack_across = pack_across,
    SET_LOOPS,
};
#endif
