/* Where texts may touch special tokens, as the guard of packages/tokenizer/src/chat/control-guard.ts tells it, or another yes. */
#ifndef LATHE_SPECIAL_TOKENS_H
#define LATHE_SPECIAL_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

enum { byte_values = 256 };

struct special_tokens {
  /* The first bytes of special tokens, and a bit for each byte that may follow one of them there. */
  uint8_t firsts[byte_values];
  uint64_t seconds[byte_values][byte_values / 64];
  int32_t first_count;
  /* 1 for each byte that one ends with, and how many bytes at the edge of a text a part of one may take: 0 where texts stand alone. */
  uint8_t lasts[byte_values];
  int32_t reach;
};

/* `beginnings`: the first two bytes of each token; `lasts`: 1 for each byte that one ends with. */
void special_tokens_set(
    struct special_tokens *own, const uint8_t *beginnings, int32_t count, const uint8_t lasts[byte_values], int32_t reach);

/* Whether a text has the first two bytes of a special token anywhere. */
bool may_hold_special(const struct special_tokens *own, const uint8_t *text, int32_t length);

/* Whether a text that does not begins or ends, but for blanks, as a part of one does. */
bool may_join_special(const struct special_tokens *own, const uint8_t *text, int32_t length);

#endif
