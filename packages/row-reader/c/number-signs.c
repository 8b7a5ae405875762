#include "number-signs.h"

#include <stddef.h>

#include "sign-kinds.h"

/* What the rules of personal-kinds.ts ask for at the least. */
enum { iban_length = 11, phone_digits = 7, person_digits = 9, whole_digits = 10, card_digits = 13, most_between = 2 };

static bool are_digits(const uint8_t *text, int32_t from, int32_t to) {
  for (int32_t at = from; at < to; at++)
    if (!is(text[at], kind_digit)) return false;
  return true;
}

/* What words that tell of phones begin with (personal-checks.ts). */
static const char *const phone_words[] = {
  "anruf", "call", "cell", "dial", "erreichbar", "fax", "handy", "hotline", "llam", "mobil", "mov", "num",
  "phone", "portable", "reach", "ring", "rufnummer", "sms", "tel", "text", "whatsapp",
};

/* Whether a word that tells of phones may begin there; some have accents. */
static bool begins_phone_word(const uint8_t *text, int32_t length) {
  if (length > 1 && text[1] >= 0x80) return (text[0] | 0x20) == 't' || (text[0] | 0x20) == 'm';
  for (size_t at = 0; at < sizeof phone_words / sizeof *phone_words; at++)
    if ((text[0] | 0x20) == phone_words[at][0] && begins_with(text, length, phone_words[at])) return true;
  return false;
}

/* Between such a word and the number stand 25 characters at the most; words of several and their endings are looked at within 48. */
enum { most_after_word = 3 * 25 + 2, most_words = 24, most_of_word = 48 };

/* Whether a word that tells of phones stands before a number, with no line end or other number between them. */
static bool is_told(const uint8_t *text, int32_t first) {
  int32_t from = first;
  const int32_t least = first > most_after_word ? first - most_after_word : 0;
  while (from > least && text[from - 1] != '\n' && !is(text[from - 1], kind_digit)) from--;
  from = from > most_words ? from - most_words : 0;
  const int32_t begin = from > most_of_word ? from - most_of_word : 0;
  while (from > begin && is_of_name(text[from - 1])) from--;
  for (int32_t at = from; at < first; at++)
    if (is(text[at], kind_letter) && (at == 0 || !is_of_name(text[at - 1])) && begins_phone_word(text + at, first - at))
      return true;
  return false;
}

/* Whether the + of a country stands before a number. */
static bool has_plus(const uint8_t *text, int32_t first) {
  const int32_t at = first > 0 && text[first - 1] == '(' ? first - 1 : first;
  return at > 0 && text[at - 1] == '+';
}

/* Whether four digits end at a place with a sign before them, as in numbers of phones and persons. */
static bool ends_with_four(const uint8_t *text, int32_t place) {
  const uint8_t sign = text[place - 4];
  return (sign == '-' || sign == ' ' || sign == '.') && are_digits(text, place - 3, place);
}

/* Whether what ends at a place may be a number by itself: that of a phone with its area, of a person, or of a card. */
static bool is_known_number(const uint8_t *text, int32_t place, const struct number *number) {
  if (number->digits >= person_digits && ends_with_four(text, place)) {
    if (text[place - 7] == text[place - 4] && are_digits(text, place - 6, place - 4)) return true;
    const uint8_t before = text[place - 8];
    if (number->digits >= whole_digits && (before == '-' || before == ' ' || before == ')') &&
        are_digits(text, place - 7, place - 4))
      return true;
  }
  if (number->digits < card_digits) return false;
  /* Cards begin with 2 to 6, and of what has signs any part may. */
  const bool is_split = place - number->first >= number->digits;
  return is_split || (text[number->first] >= '2' && text[number->first] <= '6');
}

bool has_number(const uint8_t *text, int32_t from, uint64_t digits, struct number *number) {
  for (uint64_t left = digits; left != 0; left &= left - 1) {
    const int32_t place = from + __builtin_ctzll(left);
    bool goes_on = number->digits > 0 && place - number->last <= most_between + 1;
    for (int32_t at = number->last + 1; goes_on && at < place; at++) goes_on = is(text[at], kind_of_phones);
    *number = (struct number){goes_on ? number->digits + 1 : 1, goes_on ? number->first : place, place};
    if (number->digits == phone_digits && (has_plus(text, number->first) || is_told(text, number->first))) return true;
    if (number->digits >= person_digits && is_known_number(text, place, number)) return true;
  }
  return false;
}

enum { address_numbers = 4, most_digits = 3 };

/* Whether a number with a dot behind it begins addresses that every machine has for itself. */
static bool is_local(const uint8_t *text, int32_t from, int32_t to) {
  if (to - from == 1) return text[from] == '0';
  return to - from == 3 && text[from] == '1' && text[from + 1] == '2' && text[from + 2] == '7';
}

bool has_dotted_address(const uint8_t *text, int32_t length) {
  /* Numbers that are followed by a dot each, and digits of the one that is read. */
  int32_t numbers = 0, digits = 0;
  bool is_of_machine = false;
  for (int32_t at = 0; at < length; at++)
    if (is(text[at], kind_digit)) {
      digits++;
      if (numbers == address_numbers - 1 && !is_of_machine) return true;
      if (numbers > 0 && digits > most_digits) numbers = 0;
    } else {
      numbers = text[at] == '.' && digits > 0 ? numbers + 1 : 0;
      if (numbers == 1) is_of_machine = is_local(text, at - digits, at);
      digits = 0;
    }
  return false;
}

enum { all_colons = 7, least_group = 3 };

/* Whether a stretch of hexadecimal digits and colons has eight groups, or a gap and a group that is long. */
static bool has_groups(const uint8_t *text, int32_t from, int32_t to) {
  int32_t colons = 0, longest = 0, group = 0;
  bool has_gap = false;
  for (int32_t at = from; at < to; at++)
    if (text[at] == ':') {
      has_gap = has_gap || (at > from && text[at - 1] == ':');
      colons++;
      group = 0;
    } else {
      group++;
      longest = group > longest ? group : longest;
    }
  return colons >= all_colons || (has_gap && longest >= least_group);
}

bool may_be_colon_address(const uint8_t *text, int32_t length, int32_t place, int32_t *end) {
  if (place < *end) return false;
  int32_t from = place, to = place + 1;
  while (from > *end && (text[from - 1] == ':' || is(text[from - 1], kind_hex))) from--;
  while (to < length && (text[to] == ':' || is(text[to], kind_hex))) to++;
  *end = to;
  if (from > 0 && (is(text[from - 1], kind_letter) || text[from - 1] == '.')) return false;
  if (to < length && is(text[to], kind_letter)) return false;
  return has_groups(text, from, to);
}

bool may_be_iban(const uint8_t *text, int32_t length, int32_t from) {
  if (from > 0 && is(text[from - 1], kind_letter | kind_digit)) return false;
  int32_t at = from + 4;
  for (int32_t count = 0; count < iban_length; count++, at++) {
    if (at < length && text[at] == ' ') at++;
    if (at >= length || !is(text[at], kind_letter | kind_digit)) return false;
  }
  return true;
}
