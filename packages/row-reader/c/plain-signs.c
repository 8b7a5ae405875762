#include "plain-signs.h"

#include <string.h>

static uint32_t slot_of(const struct plain_signs *own, int32_t character) {
  uint32_t at = ((uint32_t)character * 0x9e3779b1u) >> 22;
  while (own->slots[at] != 0 && own->slots[at] >> 2 != character) at = (at + 1) % sign_slots;
  return at;
}

enum sign plain_sign(const struct plain_signs *own, int32_t character) {
  return (enum sign)(own->slots[slot_of(own, character)] & 3);
}

void plain_sign_take(struct plain_signs *own, int32_t character, enum sign sign) {
  if (2 * own->count >= sign_slots) *own = (struct plain_signs){0};
  own->slots[slot_of(own, character)] = character * 4 + (int32_t)sign;
  own->count++;
}

static int32_t follower(uint8_t byte) {
  return (byte & 0xc0) == 0x80 ? byte & 0x3f : -1;
}

int32_t character_at(const uint8_t *bytes, int32_t length, int32_t *size) {
  const uint8_t first = bytes[0];
  const int32_t needed = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (needed == 0 || needed > length) return -1;
  int32_t character = first & (0xff >> (needed + 1));
  for (int32_t at = 1; at < needed; at++) {
    const int32_t bits = follower(bytes[at]);
    if (bits < 0) return -1;
    character = character << 6 | bits;
  }
  const int32_t least = needed == 2 ? 0x80 : needed == 3 ? 0x800 : 0x10000;
  if (character < least || character > 0x10ffff) return -1;
  if (character >= 0xd800 && character <= 0xdfff) return -1;
  *size = needed;
  return character;
}

enum { ellipsis = 0x2026, times = 0xd7, divided = 0xf7, minus = 0x2212, dot_operator = 0x22c5 };

bool is_usual_sign(int32_t character) {
  switch (character) {
    case ellipsis:
    case times:
    case divided:
    case minus:
    case dot_operator:
    case 0xa7: /* A section, a copyright, a degree, a middle dot. */
    case 0xa9:
    case 0xb0:
    case 0xb7:
    case 0x2013: /* Dashes. */
    case 0x2014:
    case 0x2018: /* Quotation marks. */
    case 0x2019:
    case 0x201c:
    case 0x201d:
    case 0x2022: /* A bullet. */
    case 0x20ac: /* A euro. */
      return true;
    default: return false;
  }
}

int32_t write_signs(const uint8_t *text, int32_t length, uint8_t *written) {
  uint8_t *to = written;
  for (int32_t at = 0, size = 1; at < length; at += size) {
    size = 1;
    if (text[at] < 0x80) {
      *to++ = text[at];
      continue;
    }
    switch (character_at(text + at, length - at, &size)) {
      case ellipsis:
        memcpy(to, "...", 3);
        to += 3;
        break;
      case times:
      case dot_operator: *to++ = '*'; break;
      case divided: *to++ = '/'; break;
      case minus: *to++ = '-'; break;
      default: *to++ = '#';
    }
  }
  return (int32_t)(to - written);
}

void write_dots(const uint8_t *text, int32_t length, uint8_t *written) {
  static const uint8_t dots[] = {0xe2, 0x80, 0xa6};
  memcpy(written, text, (size_t)length);
  for (int32_t at = 0; at + 3 <= length; at++)
    if (memcmp(written + at, dots, 3) == 0) memcpy(written + at, "...", 3);
}
