#include "chat-scan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

const char *const role_names[role_count] = {"system", "developer", "user", "assistant"};

/* A line and how far it is read. */
struct reading {
  const uint8_t *line;
  int32_t length, at;
};

static void skip(struct reading *own) {
  while (own->at < own->length) {
    const uint8_t byte = own->line[own->at];
    if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') return;
    own->at++;
  }
}

/* Goes past a sign and the blanks before it. */
static bool opens(struct reading *own, uint8_t sign) {
  skip(own);
  if (own->at >= own->length || own->line[own->at] != sign) return false;
  own->at++;
  return true;
}

/* Goes past a text in quotation marks and the blanks before it. */
static bool takes(struct reading *own, const char *text) {
  skip(own);
  const int32_t size = (int32_t)strlen(text), from = own->at;
  if (own->length - from < size + 2) return false;
  const uint8_t *line = own->line + from;
  if (line[0] != '"' || memcmp(line + 1, text, (size_t)size) != 0 || line[size + 1] != '"')
    return false;
  own->at = from + size + 2;
  return true;
}

/* role_count: another one. */
static enum role takes_role(struct reading *own) {
  if (!opens(own, ':')) return role_count;
  enum role role = 0;
  while (role < role_count && !takes(own, role_names[role])) role++;
  return role;
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
      _mm_or_si128(_mm_cmplt_epi8(some, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(some, _mm_set1_epi8(0x7f))),
      _mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8('"')), _mm_cmpeq_epi8(some, _mm_set1_epi8('\\'))));
  return __builtin_ctz((uint32_t)_mm_movemask_epi8(others) | 1u << block);
#else
  int32_t at = 0;
  while (at < block && bytes[at] >= 0x20 && bytes[at] < 0x7f && bytes[at] != '"' && bytes[at] != '\\') at++;
  return at;
#endif
}

/*
 * What stands up to the quotation mark that ends it; false where it is empty, blank, or not of ASCII and known characters that JSON.stringify
 * writes so.
 */
static bool takes_content(struct reading *own, struct chat_scan *scan) {
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

/* Whether nobody is warned of a role in its place: one that tells the model what it is, and then user and assistant in turns. */
static bool follows(const struct chat_scan *scan, enum role role) {
  const bool asked = scan->count > 0 && scan->roles[scan->count - 1] == role_user;
  if (role == role_user) return !asked;
  if (role == role_assistant) return asked;
  return scan->count == 0;
}

static bool takes_message(struct reading *own, struct chat_scan *scan) {
  const int32_t count = scan->count;
  if (count + 1 >= most_places || !opens(own, '{')) return false;
  const bool is_role_first = takes(own, "role");
  enum role role = role_count;
  if (is_role_first) {
    role = takes_role(own);
    if (role == role_count || !opens(own, ',')) return false;
  }
  if (!takes(own, "content") || !opens(own, ':') || !opens(own, '"')) return false;
  scan->froms[count] = own->at;
  if (!takes_content(own, scan)) return false;
  scan->tos[count] = own->at - 1;
  if (!is_role_first) {
    if (!opens(own, ',') || !takes(own, "role")) return false;
    role = takes_role(own);
  }
  if (role == role_count || !opens(own, '}') || !follows(scan, role)) return false;
  scan->roles[count] = (uint8_t)role;
  scan->count++;
  return true;
}

static bool takes_chat(struct chat_scan *scan, const uint8_t *line, int32_t length) {
  struct reading own = {line, length, 0};
  if (!opens(&own, '{') || !takes(&own, "messages") || !opens(&own, ':') || !opens(&own, '['))
    return false;
  do
    if (!takes_message(&own, scan)) return false;
  while (opens(&own, ','));
  if (!opens(&own, ']') || !opens(&own, '}')) return false;
  skip(&own);
  return own.at == length && scan->roles[scan->count - 1] == role_assistant;
}

enum scanned chat_scan(struct chat_scan *scan, const uint8_t *line, int32_t length) {
  scan->count = 0;
  scan->places[0] = 0;
  scan->is_ascii = true;
  scan->character = -1;
  if (length <= longest_line && takes_chat(scan, line, length)) return scanned_chat;
  return scan->character < 0 ? scanned_other : scanned_character;
}
