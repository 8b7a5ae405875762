/* AVX-512: tiles of 14 rows and 32 columns, whose sums fill 28 of the 32 registers. */
#include "avx512.h"
#include "instruction-set.h"

#if defined(__x86_64__)
enum { a_width = 14, b_width = 2 * lanes };

static bool is_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

/* Compiled once for each number of rows and of vectors a row, so that all sums stay in registers. */
LOOP_INLINE AVX512 void compute(const struct tile *t, const size_t rows, const size_t vectors, const bool apart) {
  __m512 sums[a_width][2];
#pragma GCC unroll 14
  for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm512_setzero_ps();
  const size_t row = apart ? t->a_row : 1, step = t->a_step;
  /* Every third row has an address of its own, the others follow by the processor's addressing. */
  const float *a[5] = {t->a, t->a + 3 * row, t->a + 6 * row, t->a + 9 * row, t->a + 12 * row}, *b = t->b;
  for (size_t k = 0; k < t->depth; k++) {
    __m512 right[2];
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++) right[v] = _mm512_loadu_ps(b + v * lanes);
#pragma GCC unroll 14
    for (size_t i = 0; i < rows; i++) {
      const __m512 left = _mm512_set1_ps(a[i / 3][i % 3 * row]);
#pragma GCC unroll 2
      for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm512_fmadd_ps(left, right[v], sums[i][v]);
    }
#pragma GCC unroll 5
    for (size_t i = 0; i < 5; i++) a[i] += step;
    b += t->b_step;
  }
  const __m512 alpha = _mm512_set1_ps(t->alpha);
#pragma GCC unroll 2
  for (size_t v = 0; v < vectors; v++) {
    const size_t left_over = t->columns - v * lanes;
    const __mmask16 mask = first_lanes(left_over);
    const float *c = t->c == NULL ? NULL : t->c + v * lanes;
    float *y = t->y + v * lanes;
#pragma GCC unroll 14
    for (size_t i = 0; i < rows; i++) {
      if (i >= t->rows) break;
      __m512 sum = sums[i][v];
      if (c == NULL)
        sum = _mm512_mul_ps(alpha, sum);
      else
        sum = _mm512_fmadd_ps(alpha, sum, _mm512_maskz_loadu_ps(mask, c + i * t->c_stride));
      _mm512_mask_storeu_ps(y + i * t->y_stride, mask, sum);
    }
  }
}

/* A tile with fewer rows computes some that are zero, and writes none of them. */
#define BY_ROWS(vectors)                          \
  if (t->a_row != 1)                              \
    compute(t, 14, vectors, true);                \
  else if (t->rows > 12)                          \
    compute(t, 14, vectors, false);               \
  else if (t->rows > 8)                           \
    compute(t, 12, vectors, false);               \
  else if (t->rows > 4)                           \
    compute(t, 8, vectors, false);                \
  else if (t->rows > 1)                           \
    compute(t, 4, vectors, false);                \
  else                                            \
    compute(t, 1, vectors, false);

static AVX512 void narrow_tile(const struct tile *t) { BY_ROWS(1) }
static AVX512 void wide_tile(const struct tile *t) { BY_ROWS(2) }

static AVX512 void tile(const struct tile *t) {
  if (t->columns <= lanes)
    narrow_tile(t);
  else
    wide_tile(t);
}

static AVX512 void pack_along(const struct panel *panel, float *to) {
  const size_t width = panel->width, count = panel->count;
  const __mmask16 low = first_lanes(count), low_to = first_lanes(width);
  const __mmask16 high = count > lanes ? first_lanes(count - lanes) : 0;
  const float *from = panel->from;
  for (size_t k = 0; k < panel->depth; k++, from += panel->stride, to += width) {
    _mm512_mask_storeu_ps(to, low_to, _mm512_maskz_loadu_ps(low, from));
    if (width > lanes) _mm512_storeu_ps(to + lanes, _mm512_maskz_loadu_ps(high, from + lanes));
  }
}

static AVX512 void pack_across(const struct panel *panel, float *to) {
  for (size_t first = 0; first < panel->width; first += lanes) {
    const size_t rows = panel->count > first ? panel->count - first : 0;
    const __mmask16 into = first_lanes(panel->width - first);
    for (size_t k = 0; k < panel->depth; k += lanes) {
      const size_t steps = panel->depth - k < lanes ? panel->depth - k : lanes;
      const __mmask16 mask = first_lanes(steps);
      const float *from = panel->from + first * panel->stride + k;
      __m512 r[16];
#pragma GCC unroll 16
      for (size_t i = 0; i < 16; i++)
        r[i] = i < rows ? _mm512_maskz_loadu_ps(mask, from + i * panel->stride) : _mm512_setzero_ps();
      transpose(r);
      float *step = to + k * panel->width + first;
#pragma GCC unroll 16
      for (size_t i = 0; i < 16; i++)
        if (i < steps) _mm512_mask_storeu_ps(step + i * panel->width, into, r[i]);
    }
  }
}

#define SET AVX512
#include "set-loops.h"

const struct instruction_set instruction_set_avx512 = {
    .name = "avx512",
    .is_supported = is_supported,
    .a_width = a_width,
    .b_width = b_width,
    .is_flexible = true,
    .tile = tile,
    .pack_along = pack_along,
    .pack_across = pack_across,
    .most_few_rows = 64,
    .few_widths = {4, 16},
    .few_rows = avx512_few_rows,
    SET_LOOPS,
};
#endif
