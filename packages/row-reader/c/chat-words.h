/* The words of chats as they are stored, as `rowWords` of services/ingest/src/clean/look.ts has them. */
#ifndef LATHE_CHAT_WORDS_H
#define LATHE_CHAT_WORDS_H

#include <stdint.h>

#include "exported.h"
#include "workspace.h"

/* What is found in rows, by columns. */
struct chat_words {
  /* The line of each row, and of how many words what is asked is; of a row of another form -1. */
  double *lines;
  int32_t *asked;
  /* The hashes of the words of all rows, of each those of what it asks first, and where those of each end. */
  uint32_t *words;
  int32_t *word_ends;
  /* The same of the shingles of all words of a row. */
  uint32_t *shingles;
  int32_t *shingle_ends;
  /* Hashes that there is room for, of either. */
  int32_t room;
};

/*
 * Finds the words of rows, of which row i is the canonical JSON from `starts[i]` to `ends[i]` in a text of `length` bytes. Another form
 * than a chat of ASCII and usual signs (plain-signs.h) as JSON.stringify writes it, with role and content alone, a user in it and none last, is told as such, and so is
 * a row of more than `longest_text`. Returns -1 where there is no memory, a row is not in the text, or there is no room, which there is for as many hashes as the rows have
 * bytes; else 0.
 */
int32_t chat_words_of(workspace *, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends, int32_t rows,
                      struct chat_words *found);

/* The same with the columns by themselves, for one thread with its workspace, which is NULL where there is no memory. */
EXPORTED workspace *lathe_rows_workspace(void);
EXPORTED int32_t lathe_rows_words(workspace *, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends,
                                  int32_t rows, double *lines, int32_t *asked, uint32_t *words, int32_t *word_ends,
                                  uint32_t *shingles, int32_t *shingle_ends, int32_t room);

#endif
