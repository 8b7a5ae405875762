#include "phrases.h"

#include "instructions.h"
#include "mix.h"

/* Factors of the words' places in both halves of a phrase's number. */
static const uint32_t first = 0x01000193u, second = 0x9e3779b1u;

LOOP uint32_t half_of(const uint32_t *words, const int length, const uint32_t factor) {
  uint32_t half = 0;
  for (int at = 0; at < length; at++) half = half * factor + words[at];
  return half;
}

/* Of each phrase by its first word. */
LOOP void lows_of(const uint32_t *words, int32_t count, uint32_t *lows, const int length) {
  for (int32_t at = 0; at <= count - length; at++) lows[at] = mix(half_of(words + at, length, second)) >> (32 - low_bits);
}

static void plain_long(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, phrase_words);
}

static void plain_short(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, short_words);
}

#if defined(__x86_64__)
AVX2 static void avx2_long(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, phrase_words);
}

AVX2 static void avx2_short(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, short_words);
}

AVX512 static void avx512_long(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, phrase_words);
}

AVX512 static void avx512_short(const uint32_t *words, int32_t count, uint32_t *lows) {
  lows_of(words, count, lows, short_words);
}

struct phrase_finder phrase_finder_with(uint32_t instructions) {
  if ((instructions & use_avx512) != 0) return (struct phrase_finder){avx512_long, avx512_short};
  if ((instructions & use_avx2) != 0) return (struct phrase_finder){avx2_long, avx2_short};
  return (struct phrase_finder){plain_long, plain_short};
}
#else
struct phrase_finder phrase_finder_with(uint32_t instructions) {
  (void)instructions;
  return (struct phrase_finder){plain_long, plain_short};
}
#endif

/* Those of one length, with their length in the upper half. */
LOOP int32_t write_kept(const struct kept_phrases *kept, const uint32_t *words, int32_t count, const uint32_t *lows, const int length,
                        uint32_t *found) {
  int32_t end = 0;
  for (int32_t at = 0; at <= count - length; at++) {
    const uint32_t low = lows[at];
    if ((kept->low_halves[low >> 5] >> (low & 31) & 1) == 0) continue;
    found[end++] = mix(half_of(words + at, length, first) + (uint32_t)length);
    found[end++] = low;
  }
  return end;
}

int32_t phrases_of(const struct phrase_finder *finder, const struct kept_phrases *kept, const uint32_t *words, int32_t count,
                   uint32_t *scratch, uint32_t *found) {
  int32_t end = 0;
  if (kept->are_long) {
    finder->of_long(words, count, scratch);
    end += write_kept(kept, words, count, scratch, phrase_words, found);
  }
  if (kept->are_short) {
    finder->of_short(words, count, scratch);
    end += write_kept(kept, words, count, scratch, short_words, found + end);
  }
  return end;
}
