#include "utf8.h"

#include <string.h>

static inline bool is_within(uint8_t byte, uint8_t least, uint8_t most) {
  return byte >= least && byte <= most;
}

static inline bool goes_on(uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

/* How many bytes the character beyond ASCII has that begins there, with at least one byte left; 0 where there is none. */
static inline int64_t character_size(const uint8_t *at, int64_t left) {
  const uint8_t lead = at[0];
  if (is_within(lead, 0xc2, 0xdf)) return left >= 2 && goes_on(at[1]) ? 2 : 0;
  if (is_within(lead, 0xe0, 0xef)) {
    if (left < 3 || !goes_on(at[1]) || !goes_on(at[2])) return 0;
    return (lead == 0xe0 && at[1] < 0xa0) || (lead == 0xed && at[1] >= 0xa0) ? 0 : 3;
  }
  if (!is_within(lead, 0xf0, 0xf4) || left < 4 || !goes_on(at[1]) || !goes_on(at[2]) || !goes_on(at[3])) return 0;
  return (lead == 0xf0 && at[1] < 0x90) || (lead == 0xf4 && at[1] >= 0x90) ? 0 : 4;
}

/* Bytes that are told to be ASCII at once. */
enum { step = 8 };

bool is_utf8(const uint8_t *bytes, int64_t length) {
  for (int64_t at = 0; at < length;) {
    if (bytes[at] >= 0x80) {
      const int64_t size = character_size(bytes + at, length - at);
      if (size == 0) return false;
      at += size;
      continue;
    }
    uint64_t some;
    while (length - at >= step && (memcpy(&some, bytes + at, step), (some & UINT64_C(0x8080808080808080)) == 0)) at += step;
    while (at < length && bytes[at] < 0x80) at++;
  }
  return true;
}
