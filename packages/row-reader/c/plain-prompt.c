#include "plain-prompt.h"

#include "characters.h"
#include "copy-run.h"

int32_t plain_prompt(const struct text *lower, const struct runs *pieces, uint8_t *plain) {
  uint8_t *to = plain;
  for (int32_t piece = 0; piece < pieces->count; piece++) {
    const int32_t start = pieces->starts[piece];
    int32_t end = pieces->ends[piece];
    while (end > start && (kind_of(lower->bytes[end - 1]) & is_stop) != 0) end--;
    if (end == start) continue;
    to = copy_run(to, lower->bytes + start, end - start);
    *to++ = ' ';
  }
  return to == plain ? 0 : (int32_t)(to - plain) - 1;
}
