#include "character-bits.h"

#include <string.h>

#include "characters.h"
#include "instructions.h"
#include "known-characters.h"

enum { block_bytes = 64 };

/* One number of each kind. */
struct block {
  uint64_t words, signs, shown;
};

/* What is left of a text that is no whole block goes on with blanks, which are of none of the kinds. */
static const uint8_t *block_at(const struct text *text, int32_t at, uint8_t rest[block_bytes]) {
  const int32_t left = text->length - at;
  if (left >= block_bytes) return text->bytes + at;
  memset(rest, ' ', block_bytes);
  memcpy(rest, text->bytes + at, (size_t)left);
  return rest;
}

typedef struct block sort_block(const uint8_t *bytes, uint8_t *lower);

LOOP void sort_with(sort_block *sort, const struct text *text, uint8_t *lower, const struct character_bits *bits) {
  uint8_t rest[block_bytes];
  for (int32_t at = 0; at < text->length; at += block_bytes) {
    const struct block block = sort(block_at(text, at, rest), lower + at);
    bits->words[at / block_bytes] = block.words;
    bits->signs[at / block_bytes] = block.signs;
    bits->shown[at / block_bytes] = block.shown;
  }
  memset(lower + text->length, 0, block_bytes);
}

LOOP struct block plain_block(const uint8_t *bytes, uint8_t *lower) {
  struct block block = {0, 0, 0};
  for (int at = 0; at < block_bytes; at++) {
    const uint8_t kind = kind_of(bytes[at]);
    lower[at] = bytes[at] | (kind & is_upper);
    block.words |= (uint64_t)((kind & is_of_word) != 0) << at;
    block.signs |= (uint64_t)((kind & is_sign) != 0) << at;
    block.shown |= (uint64_t)((kind & is_white) == 0) << at;
  }
  return block;
}

static void plain_characters(const struct text *text, uint8_t *lower, const struct character_bits *bits) {
  sort_with(plain_block, text, lower, bits);
}

#if defined(__x86_64__)
#include <immintrin.h>

/*
 * A character is a sign where what both halves of its code have in common is not 0. The upper half tells the row of ASCII that it stands
 * in: 1 is that of !%&*+-/, 2 that of <=>, 4 that of ^, 8 that of | and ~, and 16 those of stand-ins (known-characters.h).
 */
#define SIGNS_BY_LOWER_HALF 16, 17, 16, 16, 16, 17, 17, 16, 16, 16, 17, 17, 26, 19, 30, 17
#define SIGNS_BY_UPPER_HALF 0, 0, 1, 2, 0, 4, 0, 8, 16, 16, 0, 0, 0, 0, 0, 0

/* How many stand-ins of letters stand behind the first. */
enum { last_letters = stand_ins_end - first_letter - 1 };

/* Whether characters are at least `first` and at most `first + span`. */
AVX2 static inline __m256i are_in(__m256i characters, char first, char span) {
  const __m256i from_first = _mm256_sub_epi8(characters, _mm256_set1_epi8(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(from_first, _mm256_set1_epi8(span)), from_first);
}

AVX2 static inline uint32_t bits_of(__m256i all_ones_or_zeros) {
  return (uint32_t)_mm256_movemask_epi8(all_ones_or_zeros);
}

AVX2 static inline struct block avx2_half(const uint8_t *bytes, uint8_t *lower) {
  const __m256i by_lower = _mm256_setr_epi8(SIGNS_BY_LOWER_HALF, SIGNS_BY_LOWER_HALF);
  const __m256i by_upper = _mm256_setr_epi8(SIGNS_BY_UPPER_HALF, SIGNS_BY_UPPER_HALF);
  const __m256i half = _mm256_set1_epi8(0x0f), zero = _mm256_setzero_si256();
  const __m256i given = _mm256_loadu_si256((const __m256i *)bytes);
  const __m256i upper = _mm256_and_si256(are_in(given, 'A', 25), _mm256_set1_epi8(is_upper));
  const __m256i small = _mm256_or_si256(given, upper);
  _mm256_storeu_si256((__m256i *)lower, small);
  const __m256i words = _mm256_or_si256(
      _mm256_or_si256(are_in(small, 'a', 25), are_in(given, '0', 9)), are_in(given, (char)first_letter, last_letters));
  const __m256i row = _mm256_and_si256(_mm256_srli_epi16(given, 4), half);
  const __m256i no_signs = _mm256_cmpeq_epi8(
      _mm256_and_si256(_mm256_shuffle_epi8(by_lower, _mm256_and_si256(given, half)),
                       _mm256_shuffle_epi8(by_upper, row)),
      zero);
  const __m256i white =
      _mm256_or_si256(_mm256_cmpeq_epi8(given, _mm256_set1_epi8(' ')), are_in(given, '\t', 4));
  return (struct block){bits_of(words), ~bits_of(no_signs), ~bits_of(white)};
}

AVX2 static inline struct block avx2_block(const uint8_t *bytes, uint8_t *lower) {
  const struct block first = avx2_half(bytes, lower), second = avx2_half(bytes + 32, lower + 32);
  return (struct block){first.words | second.words << 32, first.signs | second.signs << 32,
                        first.shown | second.shown << 32};
}

AVX2 static void avx2_characters(const struct text *text, uint8_t *lower, const struct character_bits *bits) {
  sort_with(avx2_block, text, lower, bits);
}

AVX512 static inline __mmask64 mask_in(__m512i characters, char first, char span) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(characters, _mm512_set1_epi8(first)), _mm512_set1_epi8(span));
}

AVX512 static inline struct block avx512_block(const uint8_t *bytes, uint8_t *lower) {
  const __m512i by_lower = _mm512_broadcast_i32x4(_mm_setr_epi8(SIGNS_BY_LOWER_HALF));
  const __m512i by_upper = _mm512_broadcast_i32x4(_mm_setr_epi8(SIGNS_BY_UPPER_HALF));
  const __m512i half = _mm512_set1_epi8(0x0f), given = _mm512_loadu_si512(bytes);
  const __mmask64 upper = mask_in(given, 'A', 25);
  const __m512i small = _mm512_mask_add_epi8(given, upper, given, _mm512_set1_epi8(is_upper));
  _mm512_storeu_si512(lower, small);
  const __m512i row = _mm512_and_si512(_mm512_srli_epi16(given, 4), half);
  return (struct block){
      mask_in(small, 'a', 25) | mask_in(given, '0', 9) | mask_in(given, (char)first_letter, last_letters),
      _mm512_test_epi8_mask(_mm512_shuffle_epi8(by_lower, _mm512_and_si512(given, half)),
                            _mm512_shuffle_epi8(by_upper, row)),
      ~(_mm512_cmpeq_epi8_mask(given, _mm512_set1_epi8(' ')) | mask_in(given, '\t', 4)),
  };
}

AVX512 static void avx512_characters(const struct text *text, uint8_t *lower, const struct character_bits *bits) {
  sort_with(avx512_block, text, lower, bits);
}

sort_characters *sort_characters_with(uint32_t instructions) {
  if ((instructions & use_avx512) != 0) return avx512_characters;
  return (instructions & use_avx2) != 0 ? avx2_characters : plain_characters;
}
#else
sort_characters *sort_characters_with(uint32_t instructions) {
  (void)instructions;
  return plain_characters;
}
#endif
