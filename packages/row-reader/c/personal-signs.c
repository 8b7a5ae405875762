#include "personal-signs.h"

#include <string.h>

#include "key-signs.h"
#include "number-signs.h"
#include "sign-kinds.h"
#include "sign-masks.h"

/* Whether a name ends before the @ at a place, with a letter, a digit or a sign, and a domain begins behind it with one of the first two. */
static bool joins_mail(const uint8_t *text, int32_t length, int32_t place) {
  if (place == 0 || place + 1 == length) return false;
  const uint8_t before = text[place - 1], after = text[place + 1];
  /* What is of a character beyond ASCII may be any letter. */
  return (before >= 0x80 || is(before, kind_of_keys)) && (after >= 0x80 || is(after, kind_letter | kind_digit));
}

/* Whether @, : or Y at a place is a sign of its own. */
static bool tells(const uint8_t *text, int32_t length, int32_t place, int32_t *groups_end) {
  switch (text[place]) {
    case '@': return joins_mail(text, length, place);
    case 'Y': return ends_private_key(text, length, place);
    default: return may_be_colon_address(text, length, place, groups_end);
  }
}

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

/* Three numbers of an address end with a dot before a digit. */
enum { block = 64, address_dots = 3 };

bool may_hold_personal_data(const uint8_t *text, int32_t length) {
  struct number number = {0};
  /* Digits behind a dot, and where groups of hexadecimal digits were looked at. */
  int32_t dotted = 0, groups_end = 0;
  struct sign_masks before = {0};
  uint64_t ends_before = 0;
  for (int32_t from = 0; from < length; from += block) {
    uint8_t rest[block] = {0};
    const bool is_whole = length - from >= block;
    if (!is_whole) memcpy(rest, text + from, (size_t)(length - from));
    const struct sign_masks masks = sign_masks_of(is_whole ? text + from : rest);
    for (uint64_t left = masks.seldom; left != 0; left &= left - 1)
      if (tells(text, length, from + __builtin_ctzll(left), &groups_end)) return true;
    const uint64_t ends = ends_of_long_runs(masks.of_keys, before.of_keys);
    /* What is known by its beginning goes on for as long. */
    for (uint64_t left = ends; left != 0; left &= left - 1)
      if (begins_known_key(text, from + __builtin_ctzll(left) - (key_length - 1))) return true;
    /* Each run is walked once, from its first place. */
    for (uint64_t left = ends & ~moved(ends, ends_before, 1); left != 0; left &= left - 1)
      if (may_be_told_key(text, length, from + __builtin_ctzll(left) - (key_length - 1))) return true;
    if (masks.digits != 0) {
      if (has_number(text, from, masks.digits, &number)) return true;
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
  return dotted >= address_dots && has_dotted_address(text, length);
}
