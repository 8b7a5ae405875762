#include "group-words.h"

#include <string.h>

#include "characters.h"

/* Marks: of the first sign of an operator, and of the first digit of a number that is calculated with. */
enum { operator_mark = 1, kept_mark = 2 };

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

static void mark(const struct text *text, uint8_t *marks) {
  memset(marks, 0, (size_t)text->length);
  for (int32_t at = 0; at < text->length; at++) {
    if ((kind_of(text->bytes[at]) & is_sign) == 0) continue;
    const int32_t start = at;
    while (at + 1 < text->length && (kind_of(text->bytes[at + 1]) & is_sign) != 0) at++;
    if (!is_operator(text, start, at + 1) || is_in_name(text, start)) continue;
    marks[start] |= operator_mark;
    keep_left(text, start, marks);
    keep_right(text, at + 1, marks);
  }
}

int32_t group_words(const struct text *text, uint8_t *marks, uint8_t *words) {
  mark(text, marks);
  int32_t length = 0;
  uint8_t before = ' ';
  bool is_kept = false;
  for (int32_t at = 0; at < text->length; at++) {
    const uint8_t kind = kind_of(text->bytes[at]);
    if (kind & is_letter) {
      words[length++] = before = in_lower_case(text->bytes[at]);
    } else if (kind & is_digit) {
      if (before != '0') is_kept = (marks[at] & kept_mark) != 0;
      if (is_kept)
        words[length++] = text->bytes[at];
      else if (before != '0')
        words[length++] = '0';
      before = '0';
    } else {
      if (before != ' ') words[length++] = before = ' ';
      if ((marks[at] & operator_mark) == 0) continue;
      do words[length++] = text->bytes[at++];
      while (at < text->length && (kind_of(text->bytes[at]) & is_sign) != 0);
      at--;
      words[length++] = ' ';
    }
  }
  return length > 0 && before == ' ' ? length - 1 : length;
}
