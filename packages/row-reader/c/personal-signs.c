#include "personal-signs.h"

#include <string.h>

enum { digit = 1, of_keys = 2, letter = 4, of_phones = 8, hex = 16 };

/* What the rules of personal-kinds.ts ask for at the least. */
enum { key_length = 15, phone_digits = 7, phone_length = 6, address_digits = 4 };

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

/* How keys begin that are known by it (secrets.ts). */
static const char key_beginnings[] =
    "sk-sk_pk_rk_ghpghoghughsghrgitglpxoxAKIASIAIzya2hf_npmpypSG.dopshpwhseyJ";

static bool begins_key(const uint8_t *text, int32_t length) {
  if (length < 3) return false;
  for (const char *each = key_beginnings; *each != 0; each += 3)
    if (memcmp(each, text, 3) == 0) return true;
  return false;
}

bool may_hold_personal_data(const uint8_t *text, int32_t length) {
  int32_t digits = 0;
  /* How long the run of characters of keys is, and whether it has a digit; what was seen of such runs before. */
  int32_t run = 0;
  bool is_mixed = false, is_long = false, has_beginning = false;
  /* How long the run of characters of phone numbers is, from its first digit. */
  int32_t phone = 0;
  bool is_phone = false;
  /* Digits behind a dot. */
  int32_t dotted = 0;
  /* Whether there was a colon, and hexadecimal digits alone behind it. */
  bool is_group = false;
  uint8_t before = ' ';
  for (int32_t place = 0; place < length; place++) {
    const uint8_t byte = text[place];
    const uint8_t kind = kinds[byte], last = kinds[before];
    if ((kind & of_keys) == 0) {
      run = 0;
      is_mixed = false;
      /* A name ends with a letter, a digit or a sign, and a domain begins with one of the first two. */
      if (byte == '@' && (last & of_keys) != 0 && place + 1 < length &&
          (kinds[text[place + 1]] & (letter | digit)) != 0)
        return true;
    } else {
      if (((last & of_keys) == 0 || before == '.' || before == '=') && !has_beginning)
        has_beginning = begins_key(text + place, length - place);
      is_mixed |= (kind & digit) != 0;
      if (++run >= key_length) {
        if (is_mixed) return true;
        is_long = true;
      }
      /* The end of `PRIVATE KEY`. */
      if (byte == 'Y' && before == 'E' && place >= 2 && text[place - 2] == 'K') return true;
    }
    if (byte == ':') {
      if (is_group) return true;
      is_group = true;
    } else
      is_group = is_group && (kind & hex) != 0;
    if ((kind & digit) != 0) {
      digits++;
      phone++;
      if (before == '.') dotted++;
      /* Two letters and two digits may begin an IBAN. */
      if ((last & digit) != 0 && place >= 3 && (kinds[text[place - 2]] & letter) != 0 &&
          (kinds[text[place - 3]] & letter) != 0)
        return true;
    } else if (phone > 0)
      phone = (kind & of_phones) == 0 ? 0 : phone + 1;
    if (phone >= phone_length) is_phone = true;
    before = byte;
  }
  return (is_long && has_beginning) || (is_phone && digits >= phone_digits) ||
         (dotted > 1 && digits >= address_digits);
}
