/* What patterns of pre-tokenizers tell ASCII bytes apart by, as character-class.ts of packages/tokenizer has it. */
#ifndef LATHE_BYTE_CLASSES_H
#define LATHE_BYTE_CLASSES_H

#include <stdint.h>

enum { other, letter, digit, blank };

/* A byte that UTF-8 has nowhere: the character of a digit before it goes on. */
enum { digit_goes_on = 0xff };

/* The class of each byte; what else is not ASCII is another sign. */
extern const uint8_t byte_classes[256];

/* Which of 64 bytes are of a class, or a certain byte: bit i tells of byte i. */
struct byte_masks {
  uint64_t letters, digits, blanks, spaces, apostrophes;
};

/* By vectors where every processor has them, and without. */
struct byte_masks byte_masks_of(const uint8_t *bytes);
struct byte_masks byte_masks_plain(const uint8_t *bytes);

#endif
