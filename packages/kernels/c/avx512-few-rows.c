/*
 * AVX-512: of 16 columns of B, 8 steps at a time are transposed in registers and multiplied at once. The quarters of a vector then
 * hold the columns 0 to 3, 8 to 11, 4 to 7 and 12 to 15, which costs a shuffle less, and are put in order when all is summed.
 */
#include "avx512.h"

#if defined(__x86_64__)

enum { most_rows = 16, most_groups = 2, at_once = 8, line = 16 };

/* to[k] = step k of 16 columns, of which x[i] holds columns i and i + 8. */
LOOP_INLINE AVX512 void turn(__m512 x[at_once], __m512 to[at_once]) {
  __m512 y[at_once];
#pragma GCC unroll 4
  for (size_t i = 0; i < at_once; i += 2) {
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
#pragma GCC unroll 2
  for (size_t i = 0; i < at_once; i += 4) {
    const __m512d low0 = _mm512_castps_pd(y[i]), low1 = _mm512_castps_pd(y[i + 2]);
    const __m512d high0 = _mm512_castps_pd(y[i + 1]), high1 = _mm512_castps_pd(y[i + 3]);
    x[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(low0, low1));
    x[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low0, low1));
    x[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high0, high1));
    x[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high0, high1));
  }
#pragma GCC unroll 4
  for (size_t i = 0; i < 4; i++) {
    to[i] = _mm512_shuffle_f32x4(x[i], x[4 + i], 0x88);
    to[4 + i] = _mm512_shuffle_f32x4(x[i], x[4 + i], 0xdd);
  }
}

LOOP_INLINE AVX512 __m512 joined(__m256 low, __m256 high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

LOOP_INLINE AVX512 void whole_steps(const float *b, size_t stride, __m512 to[at_once]) {
  __m512 x[at_once];
#pragma GCC unroll 8
  for (size_t i = 0; i < at_once; i++)
    x[i] = joined(_mm256_loadu_ps(b + i * stride), _mm256_loadu_ps(b + (i + at_once) * stride));
  turn(x, to);
}

/* The same of fewer columns, or of fewer steps than 8: what is over is zero. One function for all that are left over. */
static AVX512 __attribute__((noinline)) void some_steps(const float *b, size_t stride, size_t columns, size_t steps,
                                                        __m512 to[at_once]) {
  const __mmask8 mask = (__mmask8)first_lanes(steps < at_once ? steps : at_once);
  __m256 rows[lanes];
  for (size_t i = 0; i < lanes; i++)
    rows[i] = i < columns ? _mm256_maskz_loadu_ps(mask, b + i * stride) : _mm256_setzero_ps();
  __m512 x[at_once];
  for (size_t i = 0; i < at_once; i++) x[i] = joined(rows[i], rows[i + at_once]);
  turn(x, to);
}

/*
 * One group of 16 columns from `j` on, or two; one may lack some. Compiled once for each width of A's panel, so that all sums
 * stay in registers. Of few rows two groups are summed side by side, since a sum waits for itself.
 */
LOOP_INLINE AVX512 void compute(const struct tile *t, size_t j, const size_t rows, const size_t groups, const bool is_whole) {
  const size_t stride = t->b_step, apart = lanes * stride;
  __m512 sums[most_rows][most_groups];
#pragma GCC unroll 16
  for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) sums[i][g] = _mm512_setzero_ps();
  const float *a = t->a, *b = t->b + j * stride;
  /* The next columns, and near steps, are asked for beforehand: the processor does not see so many rows at once coming. */
  const size_t ahead = groups == 1 && j + 2 * lanes <= t->columns ? apart : 0;
  size_t k = 0;
  for (; is_whole && k + line <= t->depth; k += line) {
    const size_t near = k + 5 * line <= t->depth ? 4 * line : 0;
#pragma GCC unroll 1
    for (size_t half = 0; half < line; half += at_once, a += at_once * rows, b += at_once) {
      __m512 right[most_groups][at_once];
#pragma GCC unroll 2
      for (size_t g = 0; g < groups; g++) {
        const float *from = b + g * apart + half * stride - half;
#pragma GCC unroll 8
        for (size_t i = 0; i < at_once; i++) {
          _mm_prefetch((const char *)(from + i * stride + near), _MM_HINT_T0);
          if (groups == 1) _mm_prefetch((const char *)(from + i * stride + ahead), _MM_HINT_T1);
        }
        whole_steps(b + g * apart, stride, right[g]);
      }
#pragma GCC unroll 8
      for (size_t step = 0; step < at_once; step++)
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
          const __m512 left = _mm512_set1_ps(a[step * rows + i]);
#pragma GCC unroll 2
          for (size_t g = 0; g < groups; g++) sums[i][g] = _mm512_fmadd_ps(left, right[g][step], sums[i][g]);
        }
    }
  }
  for (; k < t->depth; k += at_once, a += at_once * rows, b += at_once) {
    const size_t steps = t->depth - k;
#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) {
      __m512 right[at_once];
      some_steps(b + g * apart, stride, t->columns - j, steps, right);
      for (size_t step = 0; step < at_once && step < steps; step++)
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
          sums[i][g] = _mm512_fmadd_ps(_mm512_set1_ps(a[step * rows + i]), right[step], sums[i][g]);
    }
  }
  const __m512 alpha = _mm512_set1_ps(t->alpha);
#pragma GCC unroll 2
  for (size_t g = 0; g < groups; g++) {
    const size_t column = j + g * lanes;
    const __mmask16 mask = first_lanes(t->columns - column);
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++) {
      if (i >= t->rows) break;
      __m512 sum = _mm512_shuffle_f32x4(sums[i][g], sums[i][g], 0xd8);
      if (t->c == NULL)
        sum = _mm512_mul_ps(alpha, sum);
      else
        sum = _mm512_fmadd_ps(alpha, sum, _mm512_maskz_loadu_ps(mask, t->c + i * t->c_stride + column));
      _mm512_mask_storeu_ps(t->y + i * t->y_stride + column, mask, sum);
    }
  }
}

LOOP_INLINE AVX512 void all_columns(const struct tile *t, const size_t rows, const size_t groups) {
  size_t j = 0;
  for (; j + groups * lanes <= t->columns; j += groups * lanes) compute(t, j, rows, groups, true);
  for (; j < t->columns; j += lanes) compute(t, j, rows, 1, false);
}

/* Functions of their own: the compiler takes long for one that has them all. */
static AVX512 __attribute__((noinline)) void one(const struct tile *t) { all_columns(t, 1, 2); }
static AVX512 __attribute__((noinline)) void four(const struct tile *t) { all_columns(t, 4, 1); }
static AVX512 __attribute__((noinline)) void sixteen(const struct tile *t) { all_columns(t, 16, 1); }

AVX512 void avx512_few_rows(const struct tile *t) {
  if (t->a_step == 1)
    one(t);
  else if (t->a_step == 4)
    four(t);
  else
    sixteen(t);
}
#endif
