/* AVX2: 8 columns of B at a time, 8 steps of which are transposed in registers and multiplied at once. */
#include "avx2.h"

#if defined(__x86_64__)

enum { most_rows = 4 };

/* Columns j to j + 7, those over `t->columns` left out. Compiled once for each width of A's panel, so that all sums stay in registers. */
LOOP_INLINE AVX2 void compute(const struct tile *t, size_t j, const size_t rows, const bool is_whole) {
  const size_t stride = t->b_step, columns = is_whole ? lanes : t->columns - j;
  const __m256i mask = first_lanes(columns);
  /* The next columns are asked for while these are multiplied: the processor does not see so many rows at once coming. */
  const size_t ahead = j + 2 * lanes <= t->columns ? lanes * stride : 0;
  __m256 sums[most_rows];
#pragma GCC unroll 4
  for (size_t i = 0; i < rows; i++) sums[i] = _mm256_setzero_ps();
  const float *a = t->a, *b = t->b + j * stride;
  size_t k = 0;
  for (; is_whole && k + lanes <= t->depth; k += lanes, a += lanes * rows, b += lanes) {
    __m256 r[lanes];
#pragma GCC unroll 8
    for (size_t i = 0; i < lanes; i++) {
      r[i] = _mm256_loadu_ps(b + i * stride);
      _mm_prefetch((const char *)(b + i * stride + ahead), _MM_HINT_T1);
    }
    transpose(r);
#pragma GCC unroll 8
    for (size_t step = 0; step < lanes; step++)
#pragma GCC unroll 4
      for (size_t i = 0; i < rows; i++)
        sums[i] = _mm256_fmadd_ps(_mm256_broadcast_ss(a + step * rows + i), r[step], sums[i]);
  }
  for (; k < t->depth; k += lanes, a += lanes * rows, b += lanes) {
    const size_t steps = t->depth - k;
    const __m256i some = first_lanes(steps);
    __m256 r[lanes];
#pragma GCC unroll 8
    for (size_t i = 0; i < lanes; i++)
      r[i] = i < columns ? load(b + i * stride, some, steps >= lanes) : _mm256_setzero_ps();
    transpose(r);
#pragma GCC unroll 8
    for (size_t step = 0; step < lanes; step++) {
      if (step >= steps) break;
#pragma GCC unroll 4
      for (size_t i = 0; i < rows; i++)
        sums[i] = _mm256_fmadd_ps(_mm256_broadcast_ss(a + step * rows + i), r[step], sums[i]);
    }
  }
  const __m256 alpha = _mm256_set1_ps(t->alpha);
#pragma GCC unroll 4
  for (size_t i = 0; i < rows; i++) {
    if (i >= t->rows) break;
    __m256 sum = sums[i];
    if (t->c == NULL)
      sum = _mm256_mul_ps(alpha, sum);
    else
      sum = _mm256_fmadd_ps(alpha, sum, load(t->c + i * t->c_stride + j, mask, is_whole));
    store(t->y + i * t->y_stride + j, mask, is_whole, sum);
  }
}

LOOP_INLINE AVX2 void all_columns(const struct tile *t, const size_t rows) {
  size_t j = 0;
  for (; j + lanes <= t->columns; j += lanes) compute(t, j, rows, true);
  if (j < t->columns) compute(t, j, rows, false);
}

AVX2 void avx2_few_rows(const struct tile *t) {
  if (t->a_step == 1)
    all_columns(t, 1);
  else
    all_columns(t, 4);
}
#endif
