/* What prompts of ASCII are grouped by, as `groupWordsOfAscii` of services/ingest/src/group-words.ts. */
#ifndef LATHE_GROUP_WORDS_H
#define LATHE_GROUP_WORDS_H

#include "runs.h"

/*
 * Writes the words of a text in lower case with a 0 for each number, and its operators with the numbers that they stand between.
 * Returns how long they are: at most three times as long as the text, which has a margin of `text_margin`, as `words` has. The runs
 * are those that `word_hashes` leaves; `marks` has a byte for each of the text.
 */
int32_t group_words(const struct text *lower, const struct runs *runs, uint8_t *marks, uint8_t *words);

#endif
