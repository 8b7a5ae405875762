#include "line-reading.h"

#include <string.h>

#include "byte-vectors.h"

void skip_blanks(struct line_reading *own) {
  while (own->at < own->length) {
    const uint8_t byte = own->line[own->at];
    if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') return;
    own->at++;
  }
}

bool opens(struct line_reading *own, uint8_t sign) {
  skip_blanks(own);
  if (own->at >= own->length || own->line[own->at] != sign) return false;
  own->at++;
  return true;
}

bool takes(struct line_reading *own, const void *text, int32_t size) {
  skip_blanks(own);
  const int32_t from = own->at;
  if (own->length - from < size + 2) return false;
  const uint8_t *line = own->line + from;
  if (line[0] != '"' || memcmp(line + 1, text, (size_t)size) != 0 || line[size + 1] != '"')
    return false;
  own->at = from + size + 2;
  return true;
}

/* What an escape stands for that JSON.stringify writes in the same way; 0: another one. */
static uint8_t unescaped(uint8_t letter) {
  switch (letter) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '"':
    case '\\': return letter;
    default: return 0;
  }
}

enum { block = 16 };

/* How many bytes of a block, from its first one on, stand for themselves in a text of JSON and are ASCII. */
static inline int32_t plain_run(const uint8_t *bytes) {
#if defined(__SSE2__)
  const __m128i some = _mm_loadu_si128((const __m128i *)(const void *)bytes);
  /* As signed numbers, those beyond ASCII are the least. */
  const __m128i others = _mm_or_si128(
      _mm_or_si128(_mm_cmplt_epi8(some, _mm_set1_epi8(0x20)), are(some, 0x7f)),
      _mm_or_si128(are(some, '"'), are(some, '\\')));
  return __builtin_ctz((uint32_t)_mm_movemask_epi8(others) | 1u << block);
#else
  int32_t at = 0;
  while (at < block && bytes[at] >= 0x20 && bytes[at] < 0x7f && bytes[at] != '"' && bytes[at] != '\\') at++;
  return at;
#endif
}

bool takes_content(struct line_reading *own, struct chat_scan *scan) {
  const uint8_t *line = own->line;
  const int32_t length = own->length;
  uint8_t *next = scan->contents + scan->places[scan->count];
  const uint8_t *const start = next, *from = next;
  int32_t at = own->at;
  for (;;) {
    for (int32_t run = block; run == block && length - at >= block; next += run, at += run) {
      memcpy(next, line + at, block);
      run = plain_run(line + at);
    }
    if (at >= length) return false;
    uint8_t byte = line[at];
    if (byte == '"') break;
    if (byte < 0x20 || byte == 0x7f) return false;
    if (byte >= 0x80) {
      scan->is_ascii = false;
      const int32_t size = taken_character(scan->characters, line + at, length - at, start, next, &scan->character);
      if (size == 0) return false;
      memcpy(next, line + at, (size_t)size);
      next += size;
      at += size;
      continue;
    }
    if (byte == '\\') {
      if (++at >= length) return false;
      byte = unescaped(line[at]);
      if (byte == 0) return false;
    }
    *next++ = byte;
    at++;
  }
  own->at = at + 1;
  scan->places[scan->count + 1] = (int32_t)(next - scan->contents);
  while (from < next && *from <= ' ') from++;
  return from < next;
}
