#include "word-hashes.h"

#include <stddef.h>

#include "characters.h"
#include "instructions.h"
#include "mix.h"

/* FNV-1a. */
static const uint32_t offset = 0x811c9dc5u, prime = 0x01000193u;

/* Goes on with the hash of a word from a place to its end. */
static inline uint32_t go_on(uint32_t hash, const uint8_t *text, int32_t from, int32_t end) {
  for (int32_t at = from; at < end; at++) hash = (hash ^ text[at]) * prime;
  return hash;
}

/* Few words are longer; of all others as many steps are made, since a step more costs less than a branch that is not foreseen. */
enum { usual_length = 10 };

static inline uint32_t hash_of(const uint8_t *text, int32_t start, int32_t end) {
  const uint8_t *word = text + start;
  uint32_t hashes[usual_length + 1] = {offset};
  for (int at = 0; at < usual_length; at++) hashes[at + 1] = (hashes[at] ^ word[at]) * prime;
  if (end - start <= usual_length) return hashes[end - start];
  return go_on(hashes[usual_length], text, start + usual_length, end);
}

static void plain_hash_runs(const uint8_t *text, const struct runs *runs, uint32_t *hashes) {
  for (int32_t run = 0; run < runs->count; run++)
    hashes[run] = mix(hash_of(text, runs->starts[run], runs->ends[run]));
}

static void hash_units(const struct text *text, const struct runs *runs, const uint16_t *units, uint32_t *hashes) {
  for (int32_t run = 0; run < runs->count; run++) {
    uint32_t hash = offset;
    for (int32_t at = runs->starts[run]; at < runs->ends[run]; at++) hash = (hash ^ units[text->bytes[at]]) * prime;
    hashes[run] = mix(hash);
  }
}

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

/* Words that are hashed at once, and how many of their bytes are; few words are longer. */
enum { lanes = 8, at_once = 12 };

/* The first sixteen bytes of two words. */
AVX2 static inline __m256i two_of(const uint8_t *text, const int32_t *starts) {
  const __m128i one = _mm_loadu_si128((const __m128i *)(const void *)(text + starts[0]));
  const __m128i other = _mm_loadu_si128((const __m128i *)(const void *)(text + starts[4]));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(one), other, 1);
}

/* As `mix`. */
AVX2 static inline __m256i mix_eight(__m256i values) {
  values = _mm256_xor_si256(values, _mm256_srli_epi32(values, 16));
  values = _mm256_mullo_epi32(values, _mm256_set1_epi32((int32_t)0x85ebca6bu));
  values = _mm256_xor_si256(values, _mm256_srli_epi32(values, 13));
  values = _mm256_mullo_epi32(values, _mm256_set1_epi32((int32_t)0xc2b2ae35u));
  return _mm256_xor_si256(values, _mm256_srli_epi32(values, 16));
}

AVX2 static inline void hash_eight(const uint8_t *text, const int32_t *starts, const int32_t *ends, uint32_t *hashes) {
  const __m256i lengths = _mm256_sub_epi32(
      _mm256_loadu_si256((const __m256i *)(const void *)ends), _mm256_loadu_si256((const __m256i *)(const void *)starts));
  const __m256i first = two_of(text, starts), second = two_of(text, starts + 1);
  const __m256i third = two_of(text, starts + 2), fourth = two_of(text, starts + 3);
  const __m256i early = _mm256_unpacklo_epi32(first, second), early_others = _mm256_unpacklo_epi32(third, fourth);
  const __m256i late = _mm256_unpackhi_epi32(first, second), late_others = _mm256_unpackhi_epi32(third, fourth);
  /* Each has four bytes of every word, one word in 32 bits. */
  const __m256i fours[at_once / 4] = {
      _mm256_unpacklo_epi64(early, early_others), _mm256_unpackhi_epi64(early, early_others),
      _mm256_unpacklo_epi64(late, late_others)};
  __m256i hash = _mm256_set1_epi32((int32_t)offset);
#pragma GCC unroll 12
  for (int at = 0; at < at_once; at++) {
    const __m256i bytes = _mm256_and_si256(_mm256_srli_epi32(fours[at / 4], at % 4 * 8), _mm256_set1_epi32(0xff));
    const __m256i next = _mm256_mullo_epi32(_mm256_xor_si256(hash, bytes), _mm256_set1_epi32((int32_t)prime));
    hash = _mm256_blendv_epi8(hash, next, _mm256_cmpgt_epi32(lengths, _mm256_set1_epi32(at)));
  }
  if (_mm256_movemask_epi8(_mm256_cmpgt_epi32(lengths, _mm256_set1_epi32(at_once))) != 0) {
    _mm256_storeu_si256((__m256i *)(void *)hashes, hash);
    for (int lane = 0; lane < lanes; lane++)
      hashes[lane] = go_on(hashes[lane], text, starts[lane] + at_once, ends[lane]);
    hash = _mm256_loadu_si256((const __m256i *)(const void *)hashes);
  }
  _mm256_storeu_si256((__m256i *)(void *)hashes, mix_eight(hash));
}

AVX2 static void avx2_hash_runs(const uint8_t *text, const struct runs *runs, uint32_t *hashes) {
  int32_t run = 0;
  for (; runs->count - run >= lanes; run += lanes) hash_eight(text, runs->starts + run, runs->ends + run, hashes + run);
  const size_t left = (size_t)(runs->count - run) * sizeof *hashes;
  if (left == 0) return;
  /* The others are nothing at the beginning of the text. */
  int32_t starts[lanes] = {0}, ends[lanes] = {0};
  uint32_t last[lanes];
  memcpy(starts, runs->starts + run, left);
  memcpy(ends, runs->ends + run, left);
  hash_eight(text, starts, ends, last);
  memcpy(hashes + run, last, left);
}

hash_runs *hash_runs_with(uint32_t instructions) {
  return (instructions & use_avx2) != 0 ? avx2_hash_runs : plain_hash_runs;
}
#else
hash_runs *hash_runs_with(uint32_t instructions) {
  (void)instructions;
  return plain_hash_runs;
}
#endif

/* Leaves only runs of words and of operators. */
static void keep_words(const struct text *lower, struct runs *runs) {
  int32_t kept = 0;
  for (int32_t run = 0; run < runs->count; run++) {
    const int32_t start = runs->starts[run], end = runs->ends[run];
    if ((kind_of(lower->bytes[start]) & is_sign) != 0 && !is_operator(lower, start, end)) continue;
    runs->starts[kept] = start;
    runs->ends[kept++] = end;
  }
  runs->count = kept;
}

int32_t word_hashes(hash_runs *hash, const struct text *lower, struct runs *runs, const uint16_t *units, uint32_t *hashes) {
  keep_words(lower, runs);
  if (units == NULL) hash(lower->bytes, runs, hashes);
  else hash_units(lower, runs, units, hashes);
  /* A word of the hash of nothing is taken for none. */
  const uint32_t none = mix(offset);
  int32_t words = 0;
  for (int32_t run = 0; run < runs->count; run++) {
    hashes[words] = hashes[run];
    words += hashes[run] != none;
  }
  return words;
}
