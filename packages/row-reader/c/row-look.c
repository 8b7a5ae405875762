#include "row-look.h"

#include "shingles.h"

enum { near_none = -1, near_other = -2 };

enum look_told look_at_rows(word_finder *finder, const struct stored_rows *rows, const struct kept_phrases *phrases,
                            const struct kept_texts *texts, int32_t look, int64_t most_work, struct row_seen *seen) {
  const workspace *own = finder->workspace;
  if (seen->first < 0 || seen->row < seen->first) return look_fails;
  begin_rows(finder);
  int32_t end = seen->row == seen->first ? 0 : seen->phrase_ends[seen->row - 1];
  int64_t work = 0;
  for (; seen->row < rows->count; seen->row++) {
    const int32_t at = seen->row;
    if (work >= most_work) return look_pauses;
    struct row_facts facts;
    const enum row_told told = take_row(finder, rows, at, &facts);
    if (told == row_fails) return look_fails;
    if (told == row_stops) return look_stops;
    work += rows->ends[at] - rows->starts[at];
    seen->near[at] = told == row_is_read ? near_none : near_other;
    if (told == row_is_read) {
      if (most_phrase_numbers(facts.asked) > seen->room - end) return at == seen->first ? look_fails : look_pauses;
      end += phrases_of(&finder->phrases, phrases, own->words, facts.asked, own->scratch, seen->phrases + end);
      const int32_t count = own->find_shingles(own->words, facts.all, own->sorted, own->scratch);
      seen->near[at] = near_text(texts, own->sorted, count, look + at, &work);
    }
    seen->phrase_ends[at] = end;
  }
  return look_ends;
}

EXPORTED int32_t lathe_rows_look(word_finder *finder, const uint8_t *text, int64_t length, const int32_t *starts, const int32_t *ends,
                                 int32_t rows, const uint32_t *low_halves, int32_t are_long, int32_t are_short, const uint32_t *marks,
                                 uint32_t marks_length, const uint32_t *slots, uint32_t slots_length, const int32_t *entry_starts,
                                 const int32_t *entries, const uint32_t *kept, const int32_t *kept_ends, int32_t *compared,
                                 int32_t look, int64_t most_work, int32_t first, int32_t *near, uint32_t *phrases, int32_t *phrase_ends,
                                 int32_t room, int32_t *row) {
  const struct stored_rows stored = {text, length, starts, ends, rows};
  const struct kept_phrases kept_phrases = {low_halves, are_long, are_short};
  const struct kept_texts texts = {marks, marks_length, slots, slots_length, entry_starts, entries, kept, kept_ends, compared};
  struct row_seen seen = {first, near, phrases, phrase_ends, room, *row};
  const enum look_told told = look_at_rows(finder, &stored, &kept_phrases, &texts, look, most_work, &seen);
  *row = seen.row;
  return told;
}
