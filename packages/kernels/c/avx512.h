/* What the files of AVX-512 have in common. */
#ifndef LATHE_AVX512_H
#define LATHE_AVX512_H

#include "instruction-set.h"
#include "loop.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))

enum { lanes = 16 };

/* A mask of the first `count` lanes. */
LOOP_INLINE AVX512 __mmask16 first_lanes(size_t count) {
  return (__mmask16)(count >= lanes ? 0xffff : (1u << count) - 1u);
}

/* Transposes 16 rows of 16 numbers in registers. */
LOOP_INLINE AVX512 void transpose(__m512 r[16]) {
  __m512 t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512d low0 = _mm512_castps_pd(t[4 * i]), low1 = _mm512_castps_pd(t[4 * i + 2]);
    const __m512d high0 = _mm512_castps_pd(t[4 * i + 1]), high1 = _mm512_castps_pd(t[4 * i + 3]);
    r[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(low0, low1));
    r[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low0, low1));
    r[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high0, high1));
    r[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high0, high1));
  }
  /* r[4 * i + j] now has, in its quarter q, column 4 * q + j of the rows 4 * i to 4 * i + 3. */
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    const __m512 even0 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88);
    const __m512 odd0 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xdd);
    const __m512 even1 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88);
    const __m512 odd1 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xdd);
    t[j] = _mm512_shuffle_f32x4(even0, even1, 0x88);
    t[8 + j] = _mm512_shuffle_f32x4(even0, even1, 0xdd);
    t[4 + j] = _mm512_shuffle_f32x4(odd0, odd1, 0x88);
    t[12 + j] = _mm512_shuffle_f32x4(odd0, odd1, 0xdd);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

void avx512_few_rows(const struct tile *tile);

#endif
#endif
