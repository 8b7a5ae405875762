/* Hashes of the words of a text, as `wordHashes` of services/ingest/src/clean/words.ts. */
#ifndef LATHE_WORD_HASHES_H
#define LATHE_WORD_HASHES_H

#include "runs.h"

/* Writes the mixed hash of each run of a text of ASCII, which has a margin of `text_margin`. */
typedef void hash_runs(const uint8_t *text, const struct runs *runs, uint32_t *hashes);

/* The fastest of those instructions (instructions.h). */
hash_runs *hash_runs_with(uint32_t instructions);

/*
 * Writes the hashes of the words and operators of a text in lower case in their order, and returns how many there are: no more than runs,
 * of which only those of words and operators are left. The text has a margin of `text_margin`. `units`: what each of its bytes stands for; NULL of a text of ASCII.
 */
int32_t word_hashes(hash_runs *, const struct text *lower, struct runs *runs, const uint16_t *units, uint32_t *hashes);

#endif
