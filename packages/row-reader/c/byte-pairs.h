/* Tokens of a single word: byte-pair merges in order of rank, as bpe.ts of packages/tokenizer has it. */
#ifndef LATHE_BYTE_PAIRS_H
#define LATHE_BYTE_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

/* Longer words are for others: the time to merge them grows with their square. */
enum { longest_merged = 512 };

struct merge {
  /* -1: there is none in this place. */
  int32_t left;
  int32_t right, rank, result;
};

/* Words that are one token whatever the merges give: in order of their bytes, a beginning of another one before it. */
struct whole_words {
  const uint8_t *bytes;
  /* Where each ends, and the token of each. */
  const int32_t *ends, *tokens;
  int32_t count;
};

enum { byte_count = 256 };

struct byte_pairs {
  int32_t byte_tokens[byte_count];
  /* By open addressing. */
  struct merge *merges;
  uint32_t mask;
  struct whole_words whole;
};

/* Copies what it is given: the token of each byte, or -1; left, right and result of each merge, by rank. */
bool byte_pairs_open(
    struct byte_pairs *self, const int32_t *byte_tokens, const int32_t *merges, int32_t merge_count,
    const struct whole_words *whole);
void byte_pairs_close(struct byte_pairs *self);

/* The largest token that a word may have. */
int32_t byte_pairs_most_token(const struct byte_pairs *self);

/* Writes the tokens of an ASCII word to `out`, which has room for one a byte; returns how many, or -1 (words_append). */
int32_t byte_pairs_encode(
    const struct byte_pairs *self, const uint8_t *word, int32_t length, int32_t *out);

#endif
