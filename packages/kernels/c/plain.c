/* Plain C: the meaning of the others, for processors without their instructions, and for tests. */
#include <math.h>
#include <string.h>

#include "instruction-set.h"

enum { a_width = 4, b_width = 8 };

static bool is_supported(void) { return true; }

static void tile(const struct tile *t) {
  float sums[a_width][b_width] = {{0}};
  for (size_t k = 0; k < t->depth; k++)
    for (size_t i = 0; i < a_width; i++)
      for (size_t j = 0; j < b_width; j++)
        sums[i][j] = fmaf(t->a[k * t->a_step + i * t->a_row], t->b[k * t->b_step + j], sums[i][j]);
  for (size_t i = 0; i < t->rows; i++)
    for (size_t j = 0; j < t->columns; j++)
      t->y[i * t->y_stride + j] = t->c == NULL
                                      ? t->alpha * sums[i][j]
                                      : fmaf(t->alpha, sums[i][j], t->c[i * t->c_stride + j]);
}

static void pack_along(const struct panel *panel, float *to) {
  for (size_t k = 0; k < panel->depth; k++) {
    float *step = to + k * panel->width;
    memcpy(step, panel->from + k * panel->stride, panel->count * sizeof(float));
    for (size_t i = panel->count; i < panel->width; i++) step[i] = 0;
  }
}

static void pack_across(const struct panel *panel, float *to) {
  for (size_t k = 0; k < panel->depth; k++)
    for (size_t i = 0; i < panel->width; i++)
      to[k * panel->width + i] = i < panel->count ? panel->from[i * panel->stride + k] : 0;
}

#define SET
#include "set-loops.h"

const struct instruction_set instruction_set_plain = {
    .name = "plain",
    .is_supported = is_supported,
    .a_width = a_width,
    .b_width = b_width,
    .is_flexible = true,
    .tile = tile,
    .pack_along = pack_along,
    .pack_across = pack_across,
    SET_LOOPS,
};
