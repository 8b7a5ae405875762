/* Runs of characters of a text: of words and of signs, or of all that is not white. */
#ifndef LATHE_RUNS_H
#define LATHE_RUNS_H

#include "character-bits.h"

/* Run i stands from `starts[i]` to `ends[i]`. Both have room for as many as the text has bytes. */
struct runs {
  int32_t count;
  int32_t *starts, *ends;
};

/* Finds the runs of letters and digits and those of signs in their order. */
void find_runs(const struct character_bits *bits, int32_t length, struct runs *runs);

/* Finds the runs of what is not white. */
void find_pieces(const struct character_bits *bits, int32_t length, struct runs *pieces);

#endif
