/* Tokens of texts by byte-level BPE, as `PlainEncoder.append` of packages/tokenizer gives them. */
#ifndef LATHE_WORDS_H
#define LATHE_WORDS_H

#include <stdint.h>

#include "exported.h"

typedef struct words words;

/*
 * Of what tells the tokens of ASCII texts, in this order, which is copied:
 *
 *   head: how many cutters, merges and whole words there are; how many words are remembered, and bytes of what
 *     is not in their slots, at most 2^16 and 2^25: then the table of words starts again;
 *   cutters (enum cutter of cutters.h): each cuts what the ones before gave;
 *   the token of each byte; -1: there is none;
 *   left, right and result of each merge, by rank;
 *   of words that are one token whatever the merges give: where each ends in `whole`, and then the token of each. They
 *     are in order of their bytes, a beginning of another one before it.
 *
 * NULL where there is no memory for it, or a number is not what it may be.
 */
EXPORTED words *words_open(
    const int32_t *numbers, int64_t count, const uint8_t *whole, int64_t whole_bytes);

/*
 * Writes the tokens of a text between two special tokens, which is cut where `shape` is (`write_shape` of known-characters.h; itself where it has no letters
 * and numbers beyond ASCII), to `out`, which has room for so many, and returns how many there are:
 * no more than bytes. -1 where it is for others to encode: a byte has no token, a word is very long, or the room is too small.
 */
EXPORTED int64_t words_append(
    words *self, const uint8_t *text, const uint8_t *shape, int32_t length, int32_t *out, int64_t room);

EXPORTED void words_close(words *self);

#endif
