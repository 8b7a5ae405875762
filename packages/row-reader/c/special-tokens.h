/* Where texts may touch special tokens, as `mayTouch` of services/ingest/src/rows/plain-rows.ts tells it. */
#ifndef LATHE_SPECIAL_TOKENS_H
#define LATHE_SPECIAL_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

enum { ascii_codes = 128 };

struct special_tokens {
  /* The codes that special tokens begin with, and how many there are; 1 for each code that one ends with. */
  uint8_t beginnings[ascii_codes];
  int32_t beginning_count;
  uint8_t endings[ascii_codes];
  /* How many characters at the beginning of a text an end of one may take. */
  int32_t reach;
};

/* Both tables say 1 of the codes that they mean. */
void special_tokens_set(
    struct special_tokens *own, const uint8_t beginnings[ascii_codes],
    const uint8_t endings[ascii_codes], int32_t reach);

/* Whether a text of ASCII has a beginning of a special token anywhere. */
bool may_begin_special(const struct special_tokens *own, const uint8_t *text, int32_t length);

/* Whether it has a last character of one near its own beginning. */
bool may_end_special(const struct special_tokens *own, const uint8_t *text, int32_t length);

#endif
