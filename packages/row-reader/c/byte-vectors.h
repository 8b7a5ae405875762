/* Sixteen bytes that are compared at once, where every processor has vectors for that. */
#ifndef LATHE_BYTE_VECTORS_H
#define LATHE_BYTE_VECTORS_H

#if defined(__SSE2__)

#include <emmintrin.h>
#include <stdint.h>

static inline __m128i are(__m128i bytes, char byte) {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

/* Which bytes are one of so many from `first` on. */
static inline __m128i are_within(__m128i bytes, char first, char count) {
  const __m128i places = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(places, _mm_set1_epi8(count - 1)), places);
}

/* A bit for each byte that was found, the first one at `at`. */
static inline uint64_t bits_of(__m128i found, int at) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(found) << at;
}

#endif

#endif
