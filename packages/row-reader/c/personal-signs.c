#include "personal-signs.h"

#include <string.h>

#include "sign-masks.h"

enum { digit = 1, of_keys = 2, letter = 4, of_phones = 8, hex = 16 };

/* What the rules of personal-kinds.ts ask for at the least. */
enum { phone_digits = 7, phone_length = 6, address_digits = 4 };

#define DIGIT (digit | of_keys | of_phones | hex)
#define HEX (letter | of_keys | hex)
#define LETTER (letter | of_keys)
#define SIGN (of_keys | of_phones)

static const uint8_t kinds[256] = {
  ['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT,
  ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT,
  ['a'] = HEX, ['b'] = HEX, ['c'] = HEX, ['d'] = HEX, ['e'] = HEX, ['f'] = HEX,
  ['A'] = HEX, ['B'] = HEX, ['C'] = HEX, ['D'] = HEX, ['E'] = HEX, ['F'] = HEX,
  ['g'] = LETTER, ['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER, ['k'] = LETTER,
  ['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER, ['p'] = LETTER,
  ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER, ['u'] = LETTER,
  ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER, ['y'] = LETTER, ['z'] = LETTER,
  ['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER, ['K'] = LETTER,
  ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER, ['O'] = LETTER, ['P'] = LETTER,
  ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER, ['T'] = LETTER, ['U'] = LETTER,
  ['V'] = LETTER, ['W'] = LETTER, ['X'] = LETTER, ['Y'] = LETTER, ['Z'] = LETTER,
  ['_'] = of_keys, ['+'] = of_keys, ['='] = of_keys,
  ['/'] = SIGN, ['.'] = SIGN, ['-'] = SIGN,
  [' '] = of_phones, ['('] = of_phones, [')'] = of_phones,
};

/* How keys begin that are known by it (secrets.ts), in order. */
static const char key_beginnings[][4] = {
    "AIz", "AKI", "ASI", "SG.", "dop", "eyJ", "gho", "ghp", "ghr", "ghs", "ghu", "git",
    "glp", "hf_", "npm", "pk_", "pyp", "rk_", "shp", "sk-", "sk_", "whs", "xox", "ya2",
};

static bool begins_key(const uint8_t *text) {
  const int count = (int)(sizeof key_beginnings / sizeof *key_beginnings);
  for (int at = 0; at < count && (uint8_t)key_beginnings[at][0] <= text[0]; at++)
    if (memcmp(key_beginnings[at], text, 3) == 0) return true;
  return false;
}

static bool is(uint8_t byte, uint8_t kind) {
  return (kinds[byte] & kind) != 0;
}

/* Whether a key begins anywhere that is known by it. */
static bool has_beginning(const uint8_t *text, int32_t length) {
  uint8_t before = ' ';
  for (int32_t at = 0; at + 3 <= length; before = text[at++]) {
    const bool may_begin = !is(before, of_keys) || before == '.' || before == '=';
    if (may_begin && is(text[at], of_keys) && begins_key(text + at)) return true;
  }
  return false;
}

/* Whether a digit begins a run of characters of phone numbers that is long enough. */
static bool has_phone(const uint8_t *text, int32_t length) {
  int32_t phone = 0;
  for (int32_t at = 0; at < length; at++) {
    phone = is(text[at], digit) || (phone > 0 && is(text[at], of_phones)) ? phone + 1 : 0;
    if (phone >= phone_length) return true;
  }
  return false;
}

/* Whether the run of characters of keys that a place is in has a digit. */
static bool is_mixed(const uint8_t *text, int32_t length, int32_t place) {
  for (int32_t at = place; at >= 0 && is(text[at], of_keys); at--)
    if (is(text[at], digit)) return true;
  for (int32_t at = place; at < length && is(text[at], of_keys); at++)
    if (is(text[at], digit)) return true;
  return false;
}

/* Whether @, : or Y at a place is a sign of its own; `colon` is where the last colon was, or -1. */
static bool tells(const uint8_t *text, int32_t length, int32_t place, int32_t *colon) {
  if (text[place] == '@')
    /* A name ends with a letter, a digit or a sign, and a domain begins with one of the first two. */
    return place > 0 && is(text[place - 1], of_keys) && place + 1 < length &&
           is(text[place + 1], letter | digit);
  /* The end of `PRIVATE KEY`. */
  if (text[place] == 'Y') return place >= 2 && text[place - 1] == 'E' && text[place - 2] == 'K';
  const int32_t before = *colon;
  *colon = place;
  if (before < 0) return false;
  for (int32_t at = before + 1; at < place; at++)
    if (!is(text[at], hex)) return false;
  return true;
}

/* Bits that are the last of fifteen in a row; `before` are the bits before these. */
static uint64_t ends_of_long_runs(uint64_t bits, uint64_t before) {
  const uint64_t two = bits & (bits << 1 | before >> 63), two_before = before & before << 1;
  const uint64_t four = two & (two << 2 | two_before >> 62), four_before = two_before & two_before << 2;
  const uint64_t eight = four & (four << 4 | four_before >> 60);
  const uint64_t eight_before = four_before & four_before << 4;
  return eight & (eight << 7 | eight_before >> 57);
}

/* Bits moved up by so many places, with those that come from before. */
static uint64_t moved(uint64_t bits, uint64_t before, int places) {
  return bits << places | before >> (64 - places);
}

enum { block = 64 };

bool may_hold_personal_data(const uint8_t *text, int32_t length) {
  int32_t digits = 0;
  /* Digits behind a dot. */
  int32_t dotted = 0;
  bool is_long = false;
  int32_t colon = -1;
  struct sign_masks before = {0};
  for (int32_t from = 0; from < length; from += block) {
    uint8_t rest[block] = {0};
    const bool is_whole = length - from >= block;
    if (!is_whole) memcpy(rest, text + from, (size_t)(length - from));
    const struct sign_masks masks = sign_masks_of(is_whole ? text + from : rest);
    for (uint64_t left = masks.seldom; left != 0; left &= left - 1)
      if (tells(text, length, from + __builtin_ctzll(left), &colon)) return true;
    const uint64_t ends = ends_of_long_runs(masks.of_keys, before.of_keys);
    is_long |= ends != 0;
    /* Of a run one place is enough. */
    for (uint64_t left = ends & ~(ends << 1); left != 0; left &= left - 1)
      if (is_mixed(text, length, from + __builtin_ctzll(left))) return true;
    if (masks.digits != 0) {
      digits += __builtin_popcountll(masks.digits);
      dotted += __builtin_popcountll(masks.digits & moved(masks.dots, before.dots, 1));
      /* Two letters and two digits may begin an IBAN. */
      if ((masks.digits & moved(masks.digits, before.digits, 1) & moved(masks.letters, before.letters, 2) &
           moved(masks.letters, before.letters, 3)) != 0)
        return true;
    }
    before = masks;
  }
  return (is_long && has_beginning(text, length)) ||
         (digits >= phone_digits && has_phone(text, length)) ||
         (dotted > 1 && digits >= address_digits);
}
