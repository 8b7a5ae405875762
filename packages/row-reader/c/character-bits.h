/* What each character of a text is, as bits of numbers of 64. */
#ifndef LATHE_CHARACTER_BITS_H
#define LATHE_CHARACTER_BITS_H

#include <stdint.h>

#include "operators.h"

/* Bytes behind a text in lower case that may be read and written: texts are read, copied and hashed some bytes at a time. */
enum { text_margin = 128 };

/* Bit b of number n is of character 64 n + b; those behind the text are 0. */
struct character_bits {
  uint64_t *words; /* Letters and digits. */
  uint64_t *signs;
  uint64_t *shown; /* What is not white. */
};

/* How many numbers there are of a text. */
static inline int64_t bit_numbers(int64_t length) {
  return (length + 63) / 64;
}

/* Writes the bits of a text, and it in lower case with zeros in at least half of its margin. */
typedef void sort_characters(const struct text *text, uint8_t *lower, const struct character_bits *bits);

/* The fastest of those instructions (instructions.h). */
sort_characters *sort_characters_with(uint32_t instructions);

#endif
