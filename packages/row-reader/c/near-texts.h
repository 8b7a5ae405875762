/* Which kept text a row nearly says, as `find` of services/ingest/src/clean/held-out-texts.ts has it. */
#ifndef LATHE_NEAR_TEXTS_H
#define LATHE_NEAR_TEXTS_H

#include <stdint.h>

#include "exported.h"

/* The texts that are kept, in the arrays of held-out-texts.ts and shingle-numbers.ts, which say what they are. */
struct kept_texts {
  /* Shingles, and beside each its number from 1. Of both arrays the length is a power of two. */
  const uint32_t *slots;
  uint32_t slots_length;
  const uint32_t *bits;
  uint32_t bits_length;
  /* By rank, and from there on pairs of a text and the next entry. */
  const int32_t *heads, *entries;
  /* Of text i those from `ends[i - 1]` to `ends[i]`. */
  const uint32_t *shingles;
  const int32_t *ends;
  /* The look for which each text was compared last. */
  int32_t *compared;
};

/*
 * Of each row the text that it nearly says, or -1: of row i the shingles from `ends[i - 1]` to `ends[i]`, each once and in order. Its
 * look is `look` + i. Returns -1 where a row has more shingles than a text may have, else 0.
 */
EXPORTED int32_t lathe_rows_near(const uint32_t *slots, uint32_t slots_length, const uint32_t *bits, uint32_t bits_length,
                                 const int32_t *heads, const int32_t *entries, const uint32_t *kept, const int32_t *kept_ends,
                                 int32_t *compared, const uint32_t *shingles, const int32_t *ends, int32_t rows, int32_t look,
                                 int32_t *found);

#endif
