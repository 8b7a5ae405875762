#include "plain-prompt.h"

#include <stdbool.h>

#include "characters.h"
#include "copy-run.h"

/* How many bytes the sign has that ends words and stands before `end`: of ASCII, or ’ or ”; 0: there is none. */
static inline int32_t stop_before(const uint8_t *text, int32_t start, int32_t end) {
  if (end == start) return 0;
  const uint8_t last = text[end - 1];
  if (last < 0x80) return (kind_of(last) & is_stop) != 0;
  const bool is_mark = (last == 0x99 || last == 0x9d) && end - start >= 3 && text[end - 2] == 0x80 && text[end - 3] == 0xe2;
  return is_mark ? 3 : 0;
}

int32_t plain_prompt(const struct text *lower, const struct runs *pieces, uint8_t *plain) {
  uint8_t *to = plain;
  for (int32_t piece = 0; piece < pieces->count; piece++) {
    const int32_t start = pieces->starts[piece];
    int32_t end = pieces->ends[piece];
    for (int32_t size; (size = stop_before(lower->bytes, start, end)) > 0;) end -= size;
    if (end == start) continue;
    to = copy_run(to, lower->bytes + start, end - start);
    *to++ = ' ';
  }
  return to == plain ? 0 : (int32_t)(to - plain) - 1;
}
