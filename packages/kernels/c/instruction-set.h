/* What is written, or compiled, once for each instruction set: of products the packing and the innermost loops, of others their loops. */
#ifndef LATHE_INSTRUCTION_SET_H
#define LATHE_INSTRUCTION_SET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One tile of Y. In a panel the numbers of a step lie side by side: `a_step` of A, of which `rows` count, and `b_width` of B,
 * of which `columns` count. What is over in a panel is zero. Whole tiles may be read from the matrices as they lie: then
 * steps, or rows of A, lie as far apart as there.
 *
 *     y[i][j] = alpha * sum over k of a[k * a_step + i * a_row] * b[k * b_step + j]  +  (c == NULL ? 0 : c[i][j])
 */
struct tile {
  size_t depth, rows, columns;
  const float *a, *b, *c;
  float *y;
  size_t a_step, a_row, b_step, c_stride, y_stride;
  float alpha;
};

/* Where a panel comes from: `count` numbers of `depth` steps each, all further ones up to `width` become zero. */
struct panel {
  const float *from;
  size_t stride, depth, count, width;
};

/* y[i] = SiLU(g[i]) * u[i]. */
struct gate {
  size_t count;
  const float *g, *u;
  float *y;
};

/* Its gradients by what comes in at y. */
struct gate_gradient {
  size_t count;
  const float *dy, *g, *u;
  float *dg, *du;
};

/* One update by AdamW, in place; every number is computed in float64 and rounded once where it is kept. */
struct adamw {
  size_t count;
  float *weights, *mean, *variance;
  const float *gradient;
  double mean_factor, variance_factor, beta1, beta2, keep, epsilon, rate;
};

/* y[i] = e^(x[i] - max x) / (the sum of those), x = scores + mask. `y` may be `scores`. */
struct masked_softmax_row {
  size_t columns;
  const float *scores, *mask;
  float *y;
};

/* dx[i] = y[i] * (dy[i] - the sum of y * dy). `dx` may be `dy` or `y`. */
struct softmax_gradient_row {
  size_t columns;
  const float *dy, *y;
  float *dx;
};

/* Rows of y = (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) * weight + bias; without a bias the mean is taken for 0. */
struct norm {
  size_t rows, width;
  const float *x, *weight, *bias;
  float epsilon;
  float *y;
};

/* Its gradients by what comes in at y: dx, to which `added` is added where it is there, and the sums over the rows, or NULL. */
struct norm_gradient {
  size_t rows, width;
  const float *dy, *x, *weight, *added;
  float epsilon;
  bool is_centred; /* Whether the mean was taken off. */
  float *dx, *dweight, *dbias; /* `dbias` with `dweight` only. */
};

/* shares[i] = e^(x[i] - max x) / s, s the sum of those, lead = x[label] - max x, loss = ln s - lead. `shares` may be `logits`. */
struct cross_entropy_row {
  size_t columns, label;
  const float *logits;
  float *shares, *loss, *lead;
};

struct instruction_set {
  const char *name;
  bool (*is_supported)(void);
  size_t a_width, b_width;
  /* Reads no more of a step of A than the next multiple of 4 rows, and takes rows that lie apart. */
  bool is_flexible;
  void (*tile)(const struct tile *tile);
  /* to[k][i] = from[k][i], from[k] beginning at k * stride. */
  void (*pack_along)(const struct panel *panel, float *to);
  /* to[k][i] = from[i][k], from[i] beginning at i * stride. */
  void (*pack_across)(const struct panel *panel, float *to);
  /*
   * A tile of any number of columns in which B lies across: b[j * b_step + k]. A is a panel of 1 row, or of one of the widths that
   * follow, the last one 0. NULL where products of few rows are packed as all others, as those of more rows than `most_few_rows` are.
   */
  size_t most_few_rows, few_widths[3];
  void (*few_rows)(const struct tile *tile);
  void (*gate)(const struct gate *gate);
  void (*gate_gradient)(const struct gate_gradient *gate);
  void (*masked_softmax)(const struct masked_softmax_row *row);
  void (*softmax_gradient)(const struct softmax_gradient_row *row);
  void (*cross_entropy)(const struct cross_entropy_row *row);
  void (*adamw)(const struct adamw *update);
  /* The sum of squares in float64. */
  double (*squares)(const float *values, size_t count);
  void (*norm)(const struct norm *norm);
  void (*norm_gradient)(const struct norm_gradient *norm);
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
