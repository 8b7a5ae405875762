/* Which phrases of a row a text that is kept may have, as `look` of services/ingest/src/clean/phrases.ts finds them. */
#ifndef LATHE_PHRASES_H
#define LATHE_PHRASES_H

#include <stdint.h>

/* Words of a phrase, and of one of a short text. */
enum { phrase_words = 13, short_words = 8 };

/* Bits of the lower half of a phrase's number. */
enum { low_bits = 21 };

/* A bit for the lower half of each phrase that is kept, and whether there are phrases of either length. */
struct kept_phrases {
  const uint32_t *low_halves;
  int32_t are_long, are_short;
};

/* Numbers that at most are written of a row of so many words. */
static inline int64_t most_phrase_numbers(int32_t words) {
  return 4 * (int64_t)words;
}

typedef void phrase_lows(const uint32_t *words, int32_t count, uint32_t *lows);

/* How the lower halves of phrases are found, of either length. */
struct phrase_finder {
  phrase_lows *of_long, *of_short;
};
struct phrase_finder phrase_finder_with(uint32_t instructions);

/*
 * Writes both halves of the number of each phrase whose bit is there: the long ones first, in the order of the words. Returns how many
 * numbers that are. `scratch` has room for as many as there are words.
 */
int32_t phrases_of(const struct phrase_finder *, const struct kept_phrases *, const uint32_t *words, int32_t count, uint32_t *scratch,
                   uint32_t *found);

#endif
