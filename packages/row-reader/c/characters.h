/* What characters of ASCII and stand-ins of others (known-characters.h) are to words and signs. */
#ifndef LATHE_CHARACTERS_H
#define LATHE_CHARACTERS_H

#include <stdint.h>

enum {
  is_digit = 1,
  is_letter = 2,
  is_closing = 4, /* ) and ] */
  is_opening = 8, /* ( and [ */
  is_sign = 16, /* What operators are made of. */
  is_upper = 32, /* As the bit of the character that lower case has. */
  is_stop = 64, /* What ends words, if a blank follows. */
  is_white = 128,
  is_of_word = is_digit | is_letter,
  may_end = is_digit | is_closing, /* The left of an operator. */
  may_start = is_digit | is_opening, /* The right of one. */
};

extern const uint8_t character_kinds[256];

static inline uint8_t kind_of(uint8_t character) {
  return character_kinds[character];
}

static inline uint8_t in_lower_case(uint8_t character) {
  return character | (character_kinds[character] & is_upper);
}

#endif
