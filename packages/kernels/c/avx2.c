/* AVX2 with FMA: tiles of 6 rows and 16 columns, whose sums fill 12 of the 16 registers. */
#include "avx2.h"
#include "instruction-set.h"

#if defined(__x86_64__)
enum { a_width = 6, b_width = 2 * lanes };

static bool is_supported(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* Compiled once for each number of rows and of vectors a row, so that all sums stay in registers. */
LOOP_INLINE AVX2 void compute(const struct tile *t, const size_t rows, const size_t vectors, const bool apart) {
  __m256 sums[a_width][2];
#pragma GCC unroll 6
  for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm256_setzero_ps();
  const size_t row = apart ? t->a_row : 1, step = t->a_step;
  /* Every third row has an address of its own, the others follow by the processor's addressing. */
  const float *a[a_width / 3] = {t->a, t->a + 3 * row}, *b = t->b;
  for (size_t k = 0; k < t->depth; k++) {
    __m256 right[2];
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++) right[v] = _mm256_loadu_ps(b + v * lanes);
#pragma GCC unroll 6
    for (size_t i = 0; i < rows; i++) {
      const __m256 left = _mm256_broadcast_ss(a[i / 3] + i % 3 * row);
#pragma GCC unroll 2
      for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm256_fmadd_ps(left, right[v], sums[i][v]);
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < a_width / 3; i++) a[i] += step;
    b += t->b_step;
  }
  const __m256 alpha = _mm256_set1_ps(t->alpha);
#pragma GCC unroll 2
  for (size_t v = 0; v < vectors; v++) {
    const size_t columns = t->columns - v * lanes;
    const bool is_whole = columns >= lanes;
    const __m256i mask = first_lanes(columns);
    const float *c = t->c == NULL ? NULL : t->c + v * lanes;
    float *y = t->y + v * lanes;
#pragma GCC unroll 6
    for (size_t i = 0; i < rows; i++) {
      if (i >= t->rows) break;
      __m256 sum = sums[i][v];
      if (c == NULL)
        sum = _mm256_mul_ps(alpha, sum);
      else
        sum = _mm256_fmadd_ps(alpha, sum, load(c + i * t->c_stride, mask, is_whole));
      store(y + i * t->y_stride, mask, is_whole, sum);
    }
  }
}

/* A tile with fewer rows computes some that are zero, and writes none of them. */
#define BY_ROWS(vectors)            \
  if (t->a_row != 1)                \
    compute(t, 6, vectors, true);   \
  else if (t->rows > 4)             \
    compute(t, 6, vectors, false);  \
  else if (t->rows > 1)             \
    compute(t, 4, vectors, false);  \
  else                              \
    compute(t, 1, vectors, false);

static AVX2 void narrow_tile(const struct tile *t) { BY_ROWS(1) }
static AVX2 void wide_tile(const struct tile *t) { BY_ROWS(2) }

static AVX2 void tile(const struct tile *t) {
  if (t->columns <= lanes)
    narrow_tile(t);
  else
    wide_tile(t);
}

static AVX2 void pack_along(const struct panel *panel, float *to) {
  const size_t width = panel->width, count = panel->count;
  const float *from = panel->from;
  for (size_t k = 0; k < panel->depth; k++, from += panel->stride, to += width)
    for (size_t i = 0; i < width; i += lanes) {
      const size_t here = count > i ? count - i : 0;
      const __m256 numbers = load(from + i, first_lanes(here), here >= lanes);
      store(to + i, first_lanes(width - i), width - i >= lanes, numbers);
    }
}

static AVX2 void pack_across(const struct panel *panel, float *to) {
  for (size_t first = 0; first < panel->width; first += lanes) {
    const size_t rows = panel->count > first ? panel->count - first : 0;
    const size_t into = panel->width - first;
    for (size_t k = 0; k < panel->depth; k += lanes) {
      const size_t steps = panel->depth - k < lanes ? panel->depth - k : lanes;
      const __m256i mask = first_lanes(steps);
      const float *from = panel->from + first * panel->stride + k;
      __m256 r[8];
#pragma GCC unroll 8
      for (size_t i = 0; i < 8; i++)
        r[i] = i < rows ? load(from + i * panel->stride, mask, steps == lanes) : _mm256_setzero_ps();
      transpose(r);
      float *step = to + k * panel->width + first;
#pragma GCC unroll 8
      for (size_t i = 0; i < 8; i++)
        if (i < steps) store(step + i * panel->width, first_lanes(into), into >= lanes, r[i]);
    }
  }
}

#define SET AVX2
#include "set-loops.h"

const struct instruction_set instruction_set_avx2 = {
    .name = "avx2",
    .is_supported = is_supported,
    .a_width = a_width,
    .b_width = b_width,
    .is_flexible = true,
    .tile = tile,
    .pack_along = pack_along,
    .pack_across = pack_across,
    .most_few_rows = 8,
    .few_widths = {4},
    .few_rows = avx2_few_rows,
    SET_LOOPS,
};
#endif
