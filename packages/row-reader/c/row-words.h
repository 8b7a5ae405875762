/* The words of chats and completions as they are stored, as `rowWords` of services/ingest/src/clean/look.ts has them. */
#ifndef LATHE_ROW_WORDS_H
#define LATHE_ROW_WORDS_H

#include <stdint.h>

#include "exported.h"
#include "known-characters.h"
#include "phrases.h"
#include "workspace.h"

/* What words are found with, for one thread. */
typedef struct word_finder {
  workspace *workspace;
  struct known_characters characters;
  struct phrase_finder phrases;
  /* The character that was not known. */
  int32_t unknown;
  /* How often the row that is next was stopped at for one. */
  int32_t stops;
} word_finder;

/* With those instructions (instructions.h). NULL where there is no memory. */
word_finder *word_finder_open(uint32_t instructions);
void word_finder_close(word_finder *);

/* Rows that are stored: row i is the canonical JSON from `starts[i]` to `ends[i]` in a text of `length` bytes. */
struct stored_rows {
  const uint8_t *text;
  int64_t length;
  const int32_t *starts, *ends;
  int32_t count;
};

/* The line of a row, how many words it asks, and how many it asks and answers. */
struct row_facts {
  double line;
  int32_t asked, all;
};

enum row_told { row_fails = -1, row_is_other, row_is_read, row_stops };

/*
 * Writes the words of a row to the workspace, those of what it asks first: no more than it has bytes. Rows are chats with role and content
 * alone, a user in them and none last, and completions, of ASCII and known characters as JSON.stringify writes them; another form is
 * told as such, and so is a row of more than `longest_text`. It fails where there is no memory or the row is not in the text, and stops where
 * nothing was told of a character, `unknown`, after which the same row is to be taken again.
 */
enum row_told take_row(word_finder *, const struct stored_rows *, int32_t row, struct row_facts *);

/* To be called before the first row of some, which forgets characters where there is no more room for others. */
void begin_rows(word_finder *);

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
 * Finds the words of rows. Returns -1 where a row fails, or there is no room, which there is for as many hashes as the rows have bytes; 1
 * where the row that is next stops, and else 0.
 */
int32_t row_words_of(word_finder *, const struct stored_rows *, struct row_words *found);

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
