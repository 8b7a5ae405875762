/* The part of a product that is written once for each instruction set: packing, and the innermost loops. */
#ifndef LATHE_INSTRUCTION_SET_H
#define LATHE_INSTRUCTION_SET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One tile of Y, from panels: `a` holds `a_width` numbers for each of `depth` steps, of which `rows` count, `b` likewise
 * `b_width`, of which `columns` count. What is over in a panel is zero.
 *
 *     y[i][j] = alpha * sum over k of a[k][i] * b[k][j]  +  (c == NULL ? 0 : c[i][j])
 */
struct tile {
  size_t depth, rows, columns;
  const float *a, *b, *c;
  float *y;
  size_t c_stride, y_stride;
  float alpha;
};

/* Where a panel comes from: `count` numbers of `depth` steps each, all further ones up to `width` become zero. */
struct panel {
  const float *from;
  size_t stride, depth, count, width;
};

struct instruction_set {
  const char *name;
  bool (*is_supported)(void);
  size_t a_width, b_width;
  void (*tile)(const struct tile *tile);
  /* to[k][i] = from[k][i], from[k] beginning at k * stride. */
  void (*pack_along)(const struct panel *panel, float *to);
  /* to[k][i] = from[i][k], from[i] beginning at i * stride. */
  void (*pack_across)(const struct panel *panel, float *to);
};

extern const struct instruction_set instruction_set_plain;
#if defined(__x86_64__)
extern const struct instruction_set instruction_set_avx2, instruction_set_avx512;
#elif defined(__aarch64__)
extern const struct instruction_set instruction_set_neon;
#endif

/* The one in use: the widest that this processor has, until another is chosen. */
const struct instruction_set *instruction_set(void);

/*
 * Chooses by name, for all sessions that are opened afterwards; "" takes the widest. Returns the name of the one in use, or
 * NULL, which changes nothing, where this build or this processor has none of that name.
 */
const char *lathe_kernels_choose(const char *name);

#endif
