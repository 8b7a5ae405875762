/* Characters of UTF-8. */
#ifndef LATHE_UTF8_H
#define LATHE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

static inline bool is_within(uint8_t byte, uint8_t least, uint8_t most) {
  return byte >= least && byte <= most;
}

/*
 * How many bytes the character has that begins there, with at least one byte left; 0 where there is none: a byte that begins no character, one that is cut
 * off, one that is written longer than it needs to be, a surrogate, or one beyond U+10FFFF (Unicode 15, table 3-7).
 */
static inline int32_t utf8_size(const uint8_t *at, int64_t left) {
  const uint8_t lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const int32_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < size) return 0;
  const uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (!is_within(at[1], least, most)) return 0;
  for (int32_t next = 2; next < size; next++)
    if (!is_within(at[next], 0x80, 0xbf)) return 0;
  return size;
}

#endif
