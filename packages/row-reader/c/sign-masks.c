#include "sign-masks.h"

#include <stdbool.h>

#include "byte-vectors.h"

enum { block = 64 };

static inline bool is_within(uint8_t byte, uint8_t first, uint8_t count) {
  return (uint8_t)(byte - first) < count;
}

struct sign_masks sign_masks_plain(const uint8_t *bytes) {
  struct sign_masks masks = {0};
  for (int at = 0; at < block; at++) {
    const uint8_t byte = bytes[at];
    const bool is_letter = is_within(byte | 0x20, 'a', 26), is_digit = is_within(byte, '0', 10);
    /* From - to 9 are no others than - . / and digits. */
    const bool is_of_keys =
        is_letter || is_within(byte, '-', 13) || byte == '+' || byte == '=' || byte == '_';
    masks.of_keys |= (uint64_t)is_of_keys << at;
    masks.letters |= (uint64_t)is_letter << at;
    masks.digits |= (uint64_t)is_digit << at;
    masks.dots |= (uint64_t)(byte == '.') << at;
    masks.seldom |= (uint64_t)(byte == '@' || byte == ':' || byte == 'Y') << at;
  }
  return masks;
}

#if defined(__SSE2__)

struct sign_masks sign_masks_of(const uint8_t *bytes) {
  struct sign_masks masks = {0};
  for (int at = 0; at < block; at += 16) {
    const __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
    const __m128i letters = are_within(_mm_or_si128(some, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i signs = _mm_or_si128(
        are_within(some, '-', 13), _mm_or_si128(are(some, '+'), _mm_or_si128(are(some, '='), are(some, '_'))));
    masks.of_keys |= bits_of(_mm_or_si128(letters, signs), at);
    masks.letters |= bits_of(letters, at);
    masks.digits |= bits_of(are_within(some, '0', 10), at);
    masks.dots |= bits_of(are(some, '.'), at);
    masks.seldom |=
        bits_of(_mm_or_si128(are(some, '@'), _mm_or_si128(are(some, ':'), are(some, 'Y'))), at);
  }
  return masks;
}

#else

struct sign_masks sign_masks_of(const uint8_t *bytes) {
  return sign_masks_plain(bytes);
}

#endif
