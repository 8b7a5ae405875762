/* Which kept text a row nearly says, as `find` of services/ingest/src/clean/held-out-texts.ts has it. */
#ifndef LATHE_NEAR_TEXTS_H
#define LATHE_NEAR_TEXTS_H

#include <stdint.h>

/* The texts that are kept, in the arrays of held-out-texts.ts and first-elements.ts, which say what they are. Lengths are powers of two. */
struct kept_texts {
  const uint32_t *marks;
  uint32_t marks_length;
  /* Shingles of those with entries, and beside each its rank from 1. */
  const uint32_t *slots;
  uint32_t slots_length;
  /* By rank where its entries begin, and the texts of all. */
  const int32_t *starts, *entries;
  /* Of text i those from `ends[i - 1]` to `ends[i]`. */
  const uint32_t *shingles;
  const int32_t *ends;
  /* The look for which each text was compared last. */
  int32_t *compared;
};

/* The text that a row of those shingles nearly says, or -1; at most `most_shingles`, each once and in order. Adds to `work` the numbers that were looked at. */
int32_t near_text(const struct kept_texts *, const uint32_t *shingles, int32_t count, int32_t look, int64_t *work);

#endif
