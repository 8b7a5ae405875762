/* The words of chats and completions as they are stored, as `rowWords` of services/ingest/src/clean/look.ts has them. */
#ifndef LATHE_ROW_WORDS_H
#define LATHE_ROW_WORDS_H

#include <stdint.h>

#include "exported.h"
#include "known-characters.h"
#include "workspace.h"

/* What words are found with, for one thread. */
typedef struct word_finder {
  workspace *workspace;
  struct known_characters characters;
  /* The character that was not known. */
  int32_t unknown;
  /* How often the row that is next was stopped at for one. */
  int32_t stops;
} word_finder;

/* With those instructions (instructions.h). NULL where there is no memory. */
word_finder *word_finder_open(uint32_t instructions);
void word_finder_close(word_finder *);

/* What is found in rows, by columns. */
struct row_words {
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
  /* The row that is next. */
  int32_t row;
};

/*
 * Finds the words of rows, of which row i is the canonical JSON from `starts[i]` to `ends[i]` in a text of `length` bytes: a chat with role
 * and content alone, a user in it and none last, or a completion, of ASCII and known characters as JSON.stringify writes them. Another
 * form is told as such, and so is a row of more than `longest_text`. Returns -1 where there is no memory, a row is not in the text, or
 * there is no room, which there is for as many hashes as the rows have bytes; 1 where nothing was told of a character of the row that
 * is next, and else 0.
 */
int32_t row_words_of(word_finder *, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends, int32_t rows,
                     struct row_words *found);

/* The same with the columns by themselves, all of which are the same until the rows are read. NULL where there is no memory. */
EXPORTED word_finder *lathe_rows_open(void);
/* The character that was not known, and what is told of it, as `character_take` of known-characters.h takes it. */
EXPORTED int32_t lathe_rows_character(const word_finder *);
EXPORTED void lathe_rows_take_character(word_finder *, int32_t character, const int32_t *told, int32_t count);
/* Goes on from row `*row`. */
EXPORTED int32_t lathe_rows_words(word_finder *, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends,
                                  int32_t rows, double *lines, int32_t *asked, uint32_t *words, int32_t *word_ends,
                                  uint32_t *shingles, int32_t *shingle_ends, int32_t room, int32_t *row);

#endif
