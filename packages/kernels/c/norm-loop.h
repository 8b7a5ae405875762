/*
 * The loops of norms in plain C, which the compiler makes vectors of for each instruction set. Every operation is rounded once, and
 * none is left to the compiler's choice (`-ffp-contract=off`), so that all sets give the same bits.
 */
#ifndef LATHE_NORM_LOOP_H
#define LATHE_NORM_LOOP_H

#include <math.h>

#include "instruction-set.h"
#include "loop.h"

LOOP_INLINE float mean_of(const float *x, size_t width) {
  float parts[row_sums] = {0};
  for (size_t i = 0; i < width; i += row_sums) {
    const size_t count = width - i;
    if (count >= row_sums)
      for (size_t j = 0; j < row_sums; j++) parts[j] += x[i + j];
    else
      for (size_t j = 0; j < count; j++) parts[j] += x[i + j];
  }
  return row_sum(parts) / (float)width;
}

/* 1 / sqrt(mean of (x - mean)^2 + epsilon). */
LOOP_INLINE float inverse_size(float squares, size_t width, float epsilon) {
  return 1.0f / sqrtf(squares / (float)width + epsilon);
}

LOOP_INLINE float squares_of(const float *x, size_t width, float mean) {
  float parts[row_sums] = {0};
  for (size_t i = 0; i < width; i += row_sums) {
    const size_t count = width - i;
    if (count >= row_sums)
      for (size_t j = 0; j < row_sums; j++) parts[j] += (x[i + j] - mean) * (x[i + j] - mean);
    else
      for (size_t j = 0; j < count; j++) parts[j] += (x[i + j] - mean) * (x[i + j] - mean);
  }
  return row_sum(parts);
}

/* `is_centred` is known where it is compiled: without, the mean is 0 and there is no bias. */
LOOP_INLINE void norm_rows(const struct norm *norm, const bool is_centred) {
  const size_t width = norm->width;
  const float *weight = norm->weight, *bias = norm->bias;
  for (size_t row = 0; row < norm->rows; row++) {
    const float *x = norm->x + row * width;
    float *y = norm->y + row * width;
    const float mean = is_centred ? mean_of(x, width) : 0;
    const float r = inverse_size(squares_of(x, width, mean), width, norm->epsilon);
#pragma GCC ivdep
    for (size_t i = 0; i < width; i++) {
      const float normed = (x[i] - mean) * r * weight[i];
      y[i] = is_centred ? normed + bias[i] : normed;
    }
  }
}

LOOP_INLINE void norm_loop(const struct norm *norm) {
  if (norm->bias != NULL)
    norm_rows(norm, true);
  else
    norm_rows(norm, false);
}

/* What the gradients of a row hang on. */
struct row_gradient {
  float mean, r;       /* Of x. */
  float b_mean, along; /* Of b = dy * weight: its mean, and that of b * (x - mean) * r. */
};

LOOP_INLINE struct row_gradient row_gradient(const struct norm_gradient *norm, const float *dy, const float *x,
                                             const bool is_centred) {
  const size_t width = norm->width;
  const float *weight = norm->weight, mean = is_centred ? mean_of(x, width) : 0;
  float squares[row_sums] = {0}, products[row_sums] = {0}, sums[row_sums] = {0};
  for (size_t i = 0; i < width; i += row_sums) {
    const size_t count = width - i;
    if (count >= row_sums)
      for (size_t j = 0; j < row_sums; j++) {
        const float centred = x[i + j] - mean, b = dy[i + j] * weight[i + j];
        squares[j] += centred * centred;
        products[j] += b * centred;
        if (is_centred) sums[j] += b;
      }
    else
      for (size_t j = 0; j < count; j++) {
        const float centred = x[i + j] - mean, b = dy[i + j] * weight[i + j];
        squares[j] += centred * centred;
        products[j] += b * centred;
        if (is_centred) sums[j] += b;
      }
  }
  const float r = inverse_size(row_sum(squares), width, norm->epsilon);
  const float b_mean = is_centred ? row_sum(sums) / (float)width : 0;
  return (struct row_gradient){mean, r, b_mean, row_sum(products) * r / (float)width};
}

/* Which sums are made, and whether something is added, is known where it is compiled. */
LOOP_INLINE void gradient_row(const struct norm_gradient *norm, size_t begin, struct row_gradient of,
                              const size_t sums, const bool has_added) {
  const float *dy = norm->dy + begin, *x = norm->x + begin, *weight = norm->weight;
  const float *added = has_added ? norm->added + begin : NULL;
  float *dx = norm->dx + begin, *dweight = norm->dweight, *dbias = norm->dbias;
#pragma GCC ivdep
  for (size_t i = 0; i < norm->width; i++) {
    const float normed = (x[i] - of.mean) * of.r, d = dy[i];
    const float slope = of.r * (d * weight[i] - of.b_mean - normed * of.along);
    if (sums > 0) dweight[i] += d * normed;
    if (sums > 1) dbias[i] += d;
    dx[i] = has_added ? added[i] + slope : slope;
  }
}

LOOP_INLINE void norm_gradient_loop(const struct norm_gradient *norm) {
  const size_t width = norm->width, sums = norm->dweight == NULL ? 0 : norm->dbias == NULL ? 1 : 2;
  const bool has_added = norm->added != NULL;
  for (size_t i = 0; sums > 0 && i < width; i++) norm->dweight[i] = 0;
  for (size_t i = 0; sums > 1 && i < width; i++) norm->dbias[i] = 0;
  for (size_t row = 0; row < norm->rows; row++) {
    const size_t begin = row * width;
    const float *dy = norm->dy + begin, *x = norm->x + begin;
    const struct row_gradient of =
        norm->is_centred ? row_gradient(norm, dy, x, true) : row_gradient(norm, dy, x, false);
    if (has_added && sums == 2)
      gradient_row(norm, begin, of, 2, true);
    else if (has_added && sums == 1)
      gradient_row(norm, begin, of, 1, true);
    else if (has_added)
      gradient_row(norm, begin, of, 0, true);
    else if (sums == 2)
      gradient_row(norm, begin, of, 2, false);
    else if (sums == 1)
      gradient_row(norm, begin, of, 1, false);
    else
      gradient_row(norm, begin, of, 0, false);
  }
}

#endif
