#include "special-tokens.h"

#include <string.h>

static int32_t place_of(const struct special_tokens *own, uint8_t first) {
  int32_t at = 0;
  while (at < own->first_count && own->firsts[at] != first) at++;
  return at;
}

void special_tokens_set(
    struct special_tokens *own, const uint8_t *beginnings, int32_t count, const uint8_t lasts[byte_values],
    int32_t reach) {
  memset(own, 0, sizeof *own);
  for (int32_t at = 0; at < count; at++) {
    const uint8_t first = beginnings[2 * at], second = beginnings[2 * at + 1];
    const int32_t place = place_of(own, first);
    own->firsts[place] = first;
    own->seconds[place][second / 64] |= 1ull << second % 64;
    if (place == own->first_count) own->first_count++;
  }
  memcpy(own->lasts, lasts, byte_values);
  own->reach = reach;
}

bool may_hold_special(const struct special_tokens *own, const uint8_t *text, int32_t length) {
  const uint8_t *const end = text + length;
  for (int32_t at = 0; at < own->first_count; at++)
    for (const uint8_t *next = text; next < end; next++) {
      next = memchr(next, own->firsts[at], (size_t)(end - next));
      if (next == NULL || next + 1 == end) break;
      if (own->seconds[at][next[1] / 64] >> next[1] % 64 & 1) return true;
    }
  return false;
}

bool may_join_special(const struct special_tokens *own, const uint8_t *text, int32_t length) {
  int32_t from = 0, last = length - 1;
  while (from < length && text[from] <= ' ') from++;
  const int32_t to = length - from < own->reach ? length : from + own->reach;
  for (int32_t at = from; at < to; at++)
    if (own->lasts[text[at]] == 1) return true;
  if (own->reach == 0) return false;
  /* Of longer parts it has the first two bytes. */
  while (last >= from && text[last] <= ' ') last--;
  return last >= from && place_of(own, text[last]) < own->first_count;
}
