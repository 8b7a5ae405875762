#include "operators.h"

#include "characters.h"

/* What stands at a place; nothing does before and behind the text. */
static uint8_t kind_at(const struct text *text, int32_t at) {
  return at < 0 || at >= text->length ? 0 : kind_of(text->bytes[at]);
}

static bool is_minus_number(const struct text *text, int32_t at) {
  return at < text->length && text->bytes[at] == '-' && (kind_at(text, at + 1) & is_digit) != 0;
}

/* Signs that prose sets between words, too. */
static bool parts_prose(const struct text *text, int32_t start, int32_t end) {
  for (int32_t at = start; at < end; at++) {
    const uint8_t sign = text->bytes[at];
    if (sign != '-' && sign != '/' && sign != '|' && sign != '&' && sign != '!' && sign != '~')
      return false;
  }
  return true;
}

bool is_operator(const struct text *text, int32_t start, int32_t end) {
  int32_t left = start - 1, right = end;
  while (left >= 0 && is_gap(text->bytes[left])) left--;
  while (right < text->length && is_gap(text->bytes[right])) right++;
  const uint8_t before = kind_at(text, left), after = kind_at(text, right);
  if (right == end && (after & is_digit) != 0 && end - start == 1 && text->bytes[start] == '-' &&
      (kind_at(text, start - 1) & (is_of_word | may_end)) == 0)
    return true;
  const bool is_spaced = left < start - 1 && right > end && !parts_prose(text, start, end);
  const bool is_left =
      (before & may_end) != 0 ||
      ((before & is_letter) != 0 && (is_spaced || (kind_at(text, left - 1) & is_of_word) == 0));
  if (!is_left) return false;
  return (after & may_start) != 0 || is_minus_number(text, right) ||
         ((after & is_letter) != 0 && (is_spaced || (kind_at(text, right + 1) & is_of_word) == 0));
}
