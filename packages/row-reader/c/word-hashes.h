/* Hashes of the words of a text of ASCII, as `asciiWordHashes` of services/ingest/src/clean/words.ts. */
#ifndef LATHE_WORD_HASHES_H
#define LATHE_WORD_HASHES_H

#include "operators.h"

/* Writes them in their order and returns how many there are, which is no more than the text has bytes. */
int32_t word_hashes(const struct text *text, uint32_t *hashes);

#endif
