#include "personal-signs.h"

#include <string.h>

#include "sign-masks.h"

enum { digit = 1, of_keys = 2, letter = 4, of_phones = 8, hex = 16 };

/* What the rules of personal-kinds.ts ask for at the least. */
enum { iban_length = 11, phone_digits = 7, most_between = 2, address_numbers = 4, most_digits = 3 };

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

#define BEGINNING(first, second, third) ((first) << 16 | (second) << 8 | (third))

/* Whether a key begins there that is known by it (secrets.ts). */
static bool begins_key(const uint8_t *text) {
  switch (BEGINNING(text[0], text[1], text[2])) {
    case BEGINNING('A', 'I', 'z'):
    case BEGINNING('A', 'K', 'I'):
    case BEGINNING('A', 'S', 'I'):
    case BEGINNING('S', 'G', '.'):
    case BEGINNING('d', 'o', 'p'):
    case BEGINNING('e', 'y', 'J'):
    case BEGINNING('g', 'h', 'o'):
    case BEGINNING('g', 'h', 'p'):
    case BEGINNING('g', 'h', 'r'):
    case BEGINNING('g', 'h', 's'):
    case BEGINNING('g', 'h', 'u'):
    case BEGINNING('g', 'i', 't'):
    case BEGINNING('g', 'l', 'p'):
    case BEGINNING('h', 'f', '_'):
    case BEGINNING('n', 'p', 'm'):
    case BEGINNING('p', 'k', '_'):
    case BEGINNING('p', 'y', 'p'):
    case BEGINNING('r', 'k', '_'):
    case BEGINNING('s', 'h', 'p'):
    case BEGINNING('s', 'k', '-'):
    case BEGINNING('s', 'k', '_'):
    case BEGINNING('w', 'h', 's'):
    case BEGINNING('x', 'o', 'x'):
    case BEGINNING('y', 'a', '2'): return true;
    default: return false;
  }
}

static bool is(uint8_t byte, uint8_t kind) {
  return (kinds[byte] & kind) != 0;
}

/* The same of a byte of a character beyond ASCII, which may be any letter. */
static bool may_be(uint8_t byte, uint8_t kind) {
  return byte >= 0x80 || is(byte, kind);
}

/* Whether a key begins at a place that is known by it. */
static bool is_beginning(const uint8_t *text, int32_t place) {
  const uint8_t before = place == 0 ? ' ' : text[place - 1];
  return (!is(before, of_keys) || before == '.' || before == '=') && begins_key(text + place);
}

/* A number that may be a phone's: how many digits it has up to a place, and where the last of them is. */
struct phone {
  int32_t digits, last;
};

/* Goes on to the digits of a block that begins at `from`; whether a number has enough of them, with few signs between two. */
static bool has_phone(const uint8_t *text, int32_t from, uint64_t digits, struct phone *phone) {
  for (uint64_t left = digits; left != 0; left &= left - 1) {
    const int32_t place = from + __builtin_ctzll(left);
    bool goes_on = phone->digits > 0 && place - phone->last <= most_between + 1;
    for (int32_t at = phone->last + 1; goes_on && at < place; at++) goes_on = is(text[at], of_phones);
    *phone = (struct phone){goes_on ? phone->digits + 1 : 1, place};
    if (phone->digits >= phone_digits) return true;
  }
  return false;
}

/* Whether four numbers stand there with dots between them. */
static bool has_address(const uint8_t *text, int32_t length) {
  /* Numbers that are followed by a dot each, and digits of the one that is read. */
  int32_t numbers = 0, digits = 0;
  for (int32_t at = 0; at < length; at++)
    if (is(text[at], digit)) {
      digits++;
      if (numbers == address_numbers - 1) return true;
      if (numbers > 0 && digits > most_digits) numbers = 0;
    } else {
      numbers = text[at] == '.' && digits > 0 ? numbers + 1 : 0;
      digits = 0;
    }
  return false;
}

/* Whether what begins with two letters and two digits goes on as an IBAN does, and nothing of a word stands before it. */
static bool may_be_iban(const uint8_t *text, int32_t length, int32_t from) {
  if (from > 0 && is(text[from - 1], letter | digit)) return false;
  int32_t at = from + 4;
  for (int32_t count = 0; count < iban_length; count++, at++) {
    if (at < length && text[at] == ' ') at++;
    if (at >= length || !is(text[at], letter | digit)) return false;
  }
  return true;
}

/* Whether a text begins with a word in any case. */
static bool begins_with(const uint8_t *text, int32_t length, const char *word) {
  int32_t at = 0;
  /* This bit is all that parts letters from capitals. */
  while (word[at] != 0 && at < length && is(text[at], letter) && (text[at] | 0x20) == word[at]) at++;
  return word[at] == 0;
}

/* Whether a text holds a name of secrets (secrets.ts), in any case. */
static bool names_secret(const uint8_t *text, int32_t length) {
  for (int32_t at = 0; at < length; at++) {
    const uint8_t *rest = text + at;
    const int32_t left = length - at;
    switch (text[at] | 0x20) {
      case 'k':
        if (begins_with(rest, left, "key")) return true;
        break;
      case 's':
        if (begins_with(rest, left, "secret")) return true;
        break;
      case 't':
        if (begins_with(rest, left, "token")) return true;
        break;
      case 'p':
        if (begins_with(rest, left, "passw") || begins_with(rest, left, "pwd")) return true;
        break;
      case 'b':
        if (begins_with(rest, left, "bearer")) return true;
        break;
      default: break;
    }
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
    return place > 0 && may_be(text[place - 1], of_keys) && place + 1 < length &&
           may_be(text[place + 1], letter | digit);
  /* The end of `PRIVATE KEY`. */
  if (text[place] == 'Y') return place >= 2 && text[place - 1] == 'E' && text[place - 2] == 'K';
  const int32_t before = *colon;
  *colon = place;
  if (before < 0) return false;
  for (int32_t at = before + 1; at < place; at++)
    if (!is(text[at], hex)) return false;
  return true;
}

enum { key_length = 15 };

/* Bits that are the last of so many in a row; `before` are the bits before these. */
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
  struct phone phone = {0};
  /* Digits behind a dot. */
  int32_t dotted = 0;
  bool is_long_mixed = false;
  int32_t colon = -1;
  struct sign_masks before = {0};
  uint64_t ends_before = 0;
  for (int32_t from = 0; from < length; from += block) {
    uint8_t rest[block] = {0};
    const bool is_whole = length - from >= block;
    if (!is_whole) memcpy(rest, text + from, (size_t)(length - from));
    const struct sign_masks masks = sign_masks_of(is_whole ? text + from : rest);
    for (uint64_t left = masks.seldom; left != 0; left &= left - 1)
      if (tells(text, length, from + __builtin_ctzll(left), &colon)) return true;
    const uint64_t ends = ends_of_long_runs(masks.of_keys, before.of_keys);
    /* What is known by its beginning goes on for as long. */
    for (uint64_t left = ends; left != 0; left &= left - 1)
      if (is_beginning(text, from + __builtin_ctzll(left) - (key_length - 1))) return true;
    /* Of a run one place is enough, its first: every other would walk the run again. */
    for (uint64_t left = ends & ~moved(ends, ends_before, 1); left != 0 && !is_long_mixed; left &= left - 1)
      is_long_mixed = is_mixed(text, length, from + __builtin_ctzll(left));
    if (masks.digits != 0) {
      if (has_phone(text, from, masks.digits, &phone)) return true;
      dotted += __builtin_popcountll(masks.digits & moved(masks.dots, before.dots, 1));
      /* Two letters and two digits may begin an IBAN. */
      uint64_t ibans = masks.digits & moved(masks.digits, before.digits, 1) &
                       moved(masks.letters, before.letters, 2) & moved(masks.letters, before.letters, 3);
      for (; ibans != 0; ibans &= ibans - 1)
        if (may_be_iban(text, length, from + __builtin_ctzll(ibans) - 3)) return true;
    }
    before = masks;
    ends_before = ends;
  }
  return (is_long_mixed && names_secret(text, length)) ||
         (dotted >= address_numbers - 1 && has_address(text, length));
}
