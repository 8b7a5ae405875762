/* What bytes of ASCII are to the signs of personal data (personal-signs.h). */
#ifndef LATHE_SIGN_KINDS_H
#define LATHE_SIGN_KINDS_H

#include <stdbool.h>
#include <stdint.h>

enum sign_kind {
  kind_digit = 1,
  /* What keys are written with: letters, digits and _ / + . = -. */
  kind_of_keys = 2,
  kind_letter = 4,
  /* What stands in the numbers of phones. */
  kind_of_phones = 8,
  kind_hex = 16,
};

extern const uint8_t sign_kinds[256];

static inline bool is(uint8_t byte, uint8_t kinds) {
  return (sign_kinds[byte] & kinds) != 0;
}

/* Whether a byte is of a word as expressions have it: a letter, a digit or _. */
static inline bool is_of_name(uint8_t byte) {
  return byte == '_' || is(byte, kind_letter | kind_digit);
}

/* Whether a text begins with a word of letters in any case. */
static inline bool begins_with(const uint8_t *text, int32_t length, const char *word) {
  int32_t at = 0;
  /* This bit is all that parts letters from capitals. */
  while (word[at] != 0 && at < length && is(text[at], kind_letter) && (text[at] | 0x20) == word[at]) at++;
  return word[at] == 0;
}

#endif
