/* Hashes of the words of a text of ASCII, as `asciiWordHashes` of services/ingest/src/clean/words.ts. */
#ifndef LATHE_WORD_HASHES_H
#define LATHE_WORD_HASHES_H

#include "runs.h"

/*
 * Writes the hashes of the words and operators of a text in lower case in their order, and returns how many there are: no more than runs,
 * of which only those of words and operators are left. The text has a margin of `text_margin`.
 */
int32_t word_hashes(const struct text *lower, struct runs *runs, uint32_t *hashes);

#endif
