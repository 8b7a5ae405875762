#include "minhash.h"

#include "instructions.h"
#include "mix.h"

void permutations_begin(struct permutations *each) {
  for (uint32_t at = 0; at < permutations; at++) {
    each->factors[at] = (int32_t)(mix(2 * at + 1) | 1);
    each->terms[at] = (int32_t)mix(0x9e3779b9u + at);
  }
}

/* So many permutations stay in registers over a whole set. */
enum { at_once = 16 };

/* Numbers are without sign until they are compared, since those wrap. */
LOOP void least_of(const struct permutations *each, const uint32_t *set, int32_t count, int32_t least[permutations], const int width) {
  for (int first = 0; first < permutations; first += width) {
    int32_t lowest[permutations];
    for (int at = 0; at < width; at++) lowest[at] = INT32_MAX;
    for (int32_t place = 0; place < count; place++)
      for (int at = 0; at < width; at++) {
        const int32_t moved = (int32_t)(set[place] * (uint32_t)each->factors[first + at] +
                                        (uint32_t)each->terms[first + at]);
        lowest[at] = moved < lowest[at] ? moved : lowest[at];
      }
    for (int at = 0; at < width; at++) least[first + at] = lowest[at];
  }
}

static void plain_minhash(const struct permutations *each, const uint32_t *set, int32_t count, int32_t least[permutations]) {
  least_of(each, set, count, least, at_once);
}

#if defined(__x86_64__)
#include <immintrin.h>

AVX2 static void avx2_minhash(const struct permutations *each, const uint32_t *set, int32_t count, int32_t least[permutations]) {
  enum { lanes = 8, vectors = 7 };
  for (int first = 0; first < permutations; first += lanes * vectors) {
    __m256i lowest[vectors];
#pragma GCC unroll 7
    for (int at = 0; at < vectors; at++) lowest[at] = _mm256_set1_epi32(INT32_MAX);
    for (int32_t place = 0; place < count; place++) {
      const __m256i value = _mm256_set1_epi32((int32_t)set[place]);
#pragma GCC unroll 7
      for (int at = 0; at < vectors; at++) {
        const int from = first + lanes * at;
        const __m256i factors = _mm256_loadu_si256((const __m256i *)(each->factors + from));
        const __m256i terms = _mm256_loadu_si256((const __m256i *)(each->terms + from));
        const __m256i moved = _mm256_add_epi32(_mm256_mullo_epi32(value, factors), terms);
        lowest[at] = _mm256_min_epi32(lowest[at], moved);
      }
    }
#pragma GCC unroll 7
    for (int at = 0; at < vectors; at++)
      _mm256_storeu_si256((__m256i *)(least + first + lanes * at), lowest[at]);
  }
}

AVX512 static void avx512_minhash(const struct permutations *each, const uint32_t *set, int32_t count, int32_t least[permutations]) {
  enum { lanes = 16, vectors = permutations / lanes };
  __m512i factors[vectors], terms[vectors], lowest[vectors];
#pragma GCC unroll 7
  for (int at = 0; at < vectors; at++) {
    factors[at] = _mm512_loadu_si512(each->factors + lanes * at);
    terms[at] = _mm512_loadu_si512(each->terms + lanes * at);
    lowest[at] = _mm512_set1_epi32(INT32_MAX);
  }
  for (int32_t place = 0; place < count; place++) {
    const __m512i value = _mm512_set1_epi32((int32_t)set[place]);
#pragma GCC unroll 7
    for (int at = 0; at < vectors; at++)
      lowest[at] = _mm512_min_epi32(
          lowest[at], _mm512_add_epi32(_mm512_mullo_epi32(value, factors[at]), terms[at]));
  }
#pragma GCC unroll 7
  for (int at = 0; at < vectors; at++) _mm512_storeu_si512(least + lanes * at, lowest[at]);
}

minhash *minhash_with(uint32_t instructions) {
  if ((instructions & use_avx512) != 0) return avx512_minhash;
  return (instructions & use_avx2) != 0 ? avx2_minhash : plain_minhash;
}
#else
minhash *minhash_with(uint32_t instructions) {
  (void)instructions;
  return plain_minhash;
}
#endif

/* All bands go on at once, since each number of one waits for the number before it. */
void bands_of(const int32_t signature[permutations], uint32_t bands[band_count]) {
  for (uint32_t band = 0; band < band_count; band++) bands[band] = band + 1;
  for (uint32_t row = 0; row < band_rows; row++)
    for (uint32_t band = 0; band < band_count; band++)
      bands[band] = mix(bands[band] ^ (uint32_t)signature[band * band_rows + row]);
}
