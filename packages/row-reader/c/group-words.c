#include "group-words.h"

#include <string.h>

#include "characters.h"
#include "copy-run.h"

/* Marks: of an operator in a name, and of the first digit of a number that is calculated with. */
enum { name_mark = 1, kept_mark = 2 };

static bool is_digit_at(const struct text *text, int32_t at) {
  return at >= 0 && at < text->length && (kind_of(text->bytes[at]) & is_digit) != 0;
}

static bool is_link_at(const struct text *text, int32_t at) {
  return at >= 0 && at < text->length && (text->bytes[at] == '-' || text->bytes[at] == '/');
}

/*
 * Whether a sign holds numbers together that name a date, a case or a telephone: "-" or "/" between digits, unless they are two
 * numbers of at most three digits.
 */
static bool is_in_name(const struct text *text, int32_t sign) {
  if (!is_link_at(text, sign) || !is_digit_at(text, sign - 1) || !is_digit_at(text, sign + 1))
    return false;
  const int32_t most = 3;
  int32_t from = sign - 1, to = sign + 2;
  while (sign - from <= most && is_digit_at(text, from - 1)) from--;
  while (to - sign - 1 <= most && is_digit_at(text, to)) to++;
  if (sign - from > most || to - sign - 1 > most) return true;
  return (is_link_at(text, from - 1) && is_digit_at(text, from - 2)) ||
         (is_link_at(text, to) && is_digit_at(text, to + 1));
}

/* Digits between `from` and `to` begin numbers where none stands before them. */
static void keep_numbers(const struct text *text, int32_t from, int32_t to, uint8_t *marks) {
  for (int32_t at = from; at < to; at++)
    if (is_digit_at(text, at) && (at == from || !is_digit_at(text, at - 1))) marks[at] |= kept_mark;
}

/* Whether what parts the digits of a number stands there. */
static bool is_point_at(const struct text *text, int32_t at) {
  return at >= 0 && at < text->length && (text->bytes[at] == '.' || text->bytes[at] == ',');
}

static void keep_left(const struct text *text, int32_t operator, uint8_t *marks) {
  int32_t to = operator;
  while (to > 0 && is_gap(text->bytes[to - 1])) to--;
  int32_t from = to;
  while (is_digit_at(text, from - 1) ||
         (from < to && is_point_at(text, from - 1) && is_digit_at(text, from - 2)))
    from--;
  keep_numbers(text, from, to, marks);
}

static void keep_right(const struct text *text, int32_t end, uint8_t *marks) {
  int32_t from = end;
  while (from < text->length && is_gap(text->bytes[from])) from++;
  int32_t to = from;
  while (is_digit_at(text, to) ||
         (to > from && is_point_at(text, to) && is_digit_at(text, to + 1)))
    to++;
  keep_numbers(text, from, to, marks);
}

/* Marks operators in names, and numbers that are calculated with; whether there are any. */
static bool mark(const struct text *text, const struct runs *runs, uint8_t *marks) {
  bool has_any = false;
  for (int32_t run = 0; run < runs->count; run++) {
    const int32_t start = runs->starts[run];
    if ((kind_of(text->bytes[start]) & is_sign) == 0) continue;
    if (!has_any) memset(marks, 0, (size_t)text->length);
    has_any = true;
    if (is_in_name(text, start)) {
      marks[start] |= name_mark;
      continue;
    }
    keep_left(text, start, marks);
    keep_right(text, runs->ends[run], marks);
  }
  return has_any;
}

/* Letters have a bit that digits have not. */
static inline bool has_digit(const uint8_t *word, int32_t length) {
  static const uint8_t ones_then_zeros[16] = {255, 255, 255, 255, 255, 255, 255, 255};
  const uint64_t letter_bits = 0x4040404040404040u;
  for (; length > 0; word += 8, length -= 8) {
    uint64_t eight, within;
    memcpy(&eight, word, sizeof eight);
    memcpy(&within, ones_then_zeros + (length < 8 ? 8 - length : 0), sizeof within);
    if ((~eight & within & letter_bits) != 0) return true;
  }
  return false;
}

/* `marks` is NULL where no number is kept. */
static uint8_t *write_with_numbers(const struct text *text, int32_t start, int32_t end, const uint8_t *marks, uint8_t *to) {
  bool is_kept = false, is_number = false;
  for (int32_t at = start; at < end; at++) {
    const bool is_new = !is_number;
    is_number = (kind_of(text->bytes[at]) & is_digit) != 0;
    if (is_number && is_new) is_kept = marks != NULL && (marks[at] & kept_mark) != 0;
    if (!is_number || is_kept)
      *to++ = text->bytes[at];
    else if (is_new)
      *to++ = '0';
  }
  return to;
}

int32_t group_words(const struct text *lower, const struct runs *runs, uint8_t *marks, uint8_t *words) {
  const uint8_t *marked = mark(lower, runs, marks) ? marks : NULL;
  uint8_t *to = words;
  for (int32_t run = 0; run < runs->count; run++) {
    const int32_t start = runs->starts[run], end = runs->ends[run];
    if (marked != NULL && (marked[start] & name_mark) != 0) continue;
    if ((kind_of(lower->bytes[start]) & is_sign) == 0 && has_digit(lower->bytes + start, end - start))
      to = write_with_numbers(lower, start, end, marked, to);
    else
      to = copy_run(to, lower->bytes + start, end - start);
    *to++ = ' ';
  }
  return to == words ? 0 : (int32_t)(to - words) - 1;
}
