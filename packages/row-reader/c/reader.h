/* What is called from outside; all else is hidden. */
#ifndef LATHE_READER_H
#define LATHE_READER_H

#include <stdint.h>

#include "exported.h"
#include "words.h"

typedef struct reader reader;

/*
 * A reader of chats in these words, which stay open for as long, and with so many special tokens: `beginnings` has the first two bytes of each, and `lasts`
 * for each of 256 bytes whether one ends with it. Where texts stand beside others `reach` is how many bytes the longest has, and else 0. NULL where there is
 * no memory. A reader is for one thread at a time.
 */
EXPORTED reader *lathe_reader_open(
    words *, const uint8_t *beginnings, int32_t specials, const uint8_t *lasts, int32_t reach);

/*
 * Makes a reader of chats one of completions, which lines have in columns of these names: of ASCII that stands for itself in JSON, and unlike. Their form is
 * that of a user, who says the prompt, and an assistant. Returns 1, or 0 where a name is empty or too long.
 */
EXPORTED int32_t lathe_reader_name_columns(
    reader *, const uint8_t *prompt, int32_t prompt_bytes, const uint8_t *completion, int32_t completion_bytes);

EXPORTED void lathe_reader_close(reader *);

/* Takes the form of conversations of these roles (enum role), as `forms_take` of chat-forms.h does. Returns 1, or 0 where that fails. */
EXPORTED int32_t lathe_reader_take_form(
    reader *, const uint8_t *roles, int32_t messages, const int32_t *numbers, int32_t number_count,
    const uint8_t *bytes, int32_t byte_count);

EXPORTED void lathe_reader_forget_forms(reader *);

/* The character that reading stopped at, and what is told of it, as `character_take` of known-characters.h takes it. */
EXPORTED int32_t lathe_reader_character(const reader *);
EXPORTED void lathe_reader_take_character(reader *, int32_t character, const int32_t *told, int32_t count);

/* Writes the roles of the chat that was read last, of which there are at most 62, and returns how many there are. */
EXPORTED int32_t lathe_reader_roles(const reader *, uint8_t *roles);

/* Both are told by arrays of numbers of 8 bytes. */
_Static_assert(sizeof(void *) == 8, "rows are read in 64-bit processes");

/* Lines to read: line i has the bytes from `starts[i]` to before `ends[i]`; one without a number (NaN), or of other bytes than there are, is for others. */
struct lines {
  const uint8_t *bytes;
  int64_t byte_count;
  const int32_t *starts, *ends;
  const double *numbers;
  int64_t count;
  /* Longer lines, and examples of more tokens, are for others. */
  int64_t most_bytes, most_tokens;
};

/* Facts of a row: line, tokens, bytes of JSON with the line end behind it, shingles, bands, and the hashes in the order of identity.h. */
enum { fact_count = 11 };

/* What is asked of a content before its row is plain: whether it is apart from special tokens, whether it has no personal data. */
enum question { question_special, question_personal };

/*
 * What is read of rows that are plain, one row after the other, the room that there is for it, and how much is used. `rows`: the place of each row's line
 * among the lines, and how many examples it has. `asked`: of each question the row, what is asked, and how many bytes of `asked_bytes` the content has.
 */
struct found {
  int32_t *tokens;
  uint8_t *supervised;
  uint8_t *json;
  /* The shingles and then the bands of each. */
  uint32_t *likeness;
  double *facts;
  int32_t *rows;
  int32_t *examples;
  int32_t *asked;
  uint8_t *asked_bytes;
  int64_t token_room, json_room, likeness_room, row_room, example_room, asked_room, asked_bytes_room;
  int64_t token_used, json_used, likeness_used, row_used, example_used, asked_used, asked_bytes_used;
  /* The line that is next. */
  int64_t line;
};

enum stop { stop_end, stop_form, stop_room, stop_character };

/* Reads lines from `found->line` on, up to the end, or to one whose form or a character of which is not known, or for which there is no room. */
EXPORTED int32_t lathe_reader_read(reader *, const struct lines *lines, struct found *found);

#endif
