/* What is seen in rows that are stored of texts and phrases that are kept. */
#ifndef LATHE_ROW_LOOK_H
#define LATHE_ROW_LOOK_H

#include <stdint.h>

#include "exported.h"
#include "near-texts.h"
#include "phrases.h"
#include "row-words.h"

/* What is seen of rows from `first` on. */
struct row_seen {
  int32_t first;
  /* The text that each row nearly says, -1 for none, and -2 where it is of another form. */
  int32_t *near;
  /* Both halves of the numbers of phrases (phrases.h), and where those of each row end. */
  uint32_t *phrases;
  int32_t *phrase_ends;
  /* Numbers that there is room for. */
  int32_t room;
  /* The row that is next. */
  int32_t row;
};

enum look_told { look_fails = -1, look_ends, look_stops, look_pauses };

/*
 * Looks at rows as `take_row` of row-words.h takes them. The look of row i is `look` + i. It fails where a row does, or a row has more phrases than
 * there is room for; stops where a row does, and pauses once `most_work` numbers or bytes were looked at or there is no more room, to go on with
 * the row that is next.
 */
enum look_told look_at_rows(word_finder *, const struct stored_rows *, const struct kept_phrases *, const struct kept_texts *,
                            int32_t look, int64_t most_work, struct row_seen *seen);

/* The same with all arrays by themselves. */
EXPORTED int32_t lathe_rows_look(word_finder *, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends,
                                 int32_t rows, const uint32_t *low_halves, int32_t are_long, int32_t are_short, const uint32_t *marks,
                                 uint32_t marks_length, const uint32_t *slots, uint32_t slots_length, const int32_t *entry_starts,
                                 const int32_t *entries, const uint32_t *kept, const int32_t *kept_ends, int32_t *compared,
                                 int32_t look, int64_t most_work, int32_t first, int32_t *near, uint32_t *phrases, int32_t *phrase_ends, int32_t room,
                                 int32_t *row);

#endif
