#include "special-tokens.h"

#include <string.h>

void special_tokens_set(
    struct special_tokens *own, const uint8_t beginnings[ascii_codes],
    const uint8_t endings[ascii_codes], int32_t reach) {
  own->beginning_count = 0;
  for (int code = 0; code < ascii_codes; code++)
    if (beginnings[code] == 1) own->beginnings[own->beginning_count++] = (uint8_t)code;
  memcpy(own->endings, endings, ascii_codes);
  own->reach = reach;
}

bool may_begin_special(const struct special_tokens *own, const uint8_t *text, int32_t length) {
  for (int32_t at = 0; at < own->beginning_count; at++)
    if (memchr(text, own->beginnings[at], (size_t)length) != NULL) return true;
  return false;
}

bool may_end_special(const struct special_tokens *own, const uint8_t *text, int32_t length) {
  int32_t from = 0;
  while (from < length && text[from] <= ' ') from++;
  const int32_t to = length - from < own->reach ? length : from + own->reach;
  for (int32_t at = from; at < to; at++)
    if (text[at] < ascii_codes && own->endings[text[at]] == 1) return true;
  return false;
}
