/* What the files of AVX2 have in common. */
#ifndef LATHE_AVX2_H
#define LATHE_AVX2_H

#include "instruction-set.h"
#include "loop.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))

enum { lanes = 8 };

/* A mask of the first `count` lanes. */
LOOP_INLINE AVX2 __m256i first_lanes(size_t count) {
  const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count >= lanes ? lanes : (int)count), numbers);
}

LOOP_INLINE AVX2 __m256 load(const float *from, __m256i mask, bool is_whole) {
  return is_whole ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, mask);
}

LOOP_INLINE AVX2 void store(float *to, __m256i mask, bool is_whole, __m256 numbers) {
  if (is_whole)
    _mm256_storeu_ps(to, numbers);
  else
    _mm256_maskstore_ps(to, mask, numbers);
}

/* Transposes 8 rows of 8 numbers in registers. */
LOOP_INLINE AVX2 void transpose(__m256 r[8]) {
  __m256 t[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    r[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    r[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    r[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    r[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    t[j] = _mm256_permute2f128_ps(r[j], r[4 + j], 0x20);
    t[4 + j] = _mm256_permute2f128_ps(r[j], r[4 + j], 0x31);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) r[i] = t[i];
}

void avx2_few_rows(const struct tile *tile);

#endif
#endif
