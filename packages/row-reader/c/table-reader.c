#include "table-reader.h"

#include <stdbool.h>
#include <string.h>

#include "byte-vectors.h"
#include "table-cells.h"
#include "utf8.h"

/* The bytes of a table and how far they are read, and the JSON and how far it is written. */
struct reading {
  const struct table *table;
  const uint8_t *at, *end;
  uint8_t *to;
  int64_t line;
};

/* What JSON takes at most for a byte, for a cell besides (`null` is the longest), and for a row; copies go beyond their end by a block. */
enum { most_of_byte = 6, most_around_cell = 4, block = 16, most_around_row = block + 16 };

/*
 * How many bytes of a block, from its first one on, JSON has as they are and are no delimiter; whether one of the block is beyond ASCII is added
 * to `is_wide`.
 */
static inline int32_t plain_run(const uint8_t *bytes, uint8_t delimiter, uint32_t *is_wide) {
#if defined(__SSE2__)
  const __m128i some = _mm_loadu_si128((const __m128i *)(const void *)bytes);
  const __m128i others =
      _mm_or_si128(_mm_or_si128(are_within(some, 0, 0x20), are(some, (char)delimiter)), _mm_or_si128(are(some, '"'), are(some, '\\')));
  *is_wide |= (uint32_t)bits_of(some, 0);
  return __builtin_ctzll(bits_of(others, 0) | 1u << block);
#else
  int32_t at = 0;
  for (; at < block && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\' && bytes[at] != delimiter; at++)
    *is_wide |= bytes[at] & 0x80u;
  return at;
#endif
}

/* Writes a byte as a text of JSON has it. */
static inline uint8_t *write_escaped(uint8_t *to, uint8_t byte) {
  static const char digits[] = "0123456789abcdef";
  uint8_t letter = byte;
  switch (byte) {
    case '"':
    case '\\': break;
    case '\b': letter = 'b'; break;
    case '\f': letter = 'f'; break;
    case '\n': letter = 'n'; break;
    case '\r': letter = 'r'; break;
    case '\t': letter = 't'; break;
    default:
      if (byte >= 0x20) {
        *to = byte;
        return to + 1;
      }
      memcpy(to, "\\u00", 4);
      to[4] = (uint8_t)digits[byte >> 4];
      to[5] = (uint8_t)digits[byte & 15];
      return to + 6;
  }
  to[0] = '\\';
  to[1] = letter;
  return to + 2;
}

/* Copies what stands as it is. */
static inline void take_run(struct reading *own, uint8_t delimiter, uint32_t *is_wide) {
  for (int32_t run = block; run == block && own->end - own->at >= block;) {
    memcpy(own->to, own->at, block);
    run = plain_run(own->at, delimiter, is_wide);
    own->at += run;
    own->to += run;
  }
}

static inline void take_byte(struct reading *own, uint32_t *is_wide) {
  *is_wide |= *own->at & 0x80u;
  own->to = write_escaped(own->to, *own->at++);
}

/* Takes what stands up to the quote that ends a cell, and goes past it; false where there is none, or something else is wrong. */
static bool takes_quoted(struct reading *own, struct raw_cell *cell) {
  const uint8_t *const start = own->at;
  uint32_t is_wide = 0;
  for (;;) {
    take_run(own, '"', &is_wide);
    if (own->at == own->end) return false;
    const uint8_t byte = *own->at;
    if (byte == '"') {
      if (own->end - own->at == 1) return false;
      if (own->at[1] != '"') break;
      own->at++;
    } else if (byte == '\n') {
      own->line++;
    }
    take_byte(own, &is_wide);
  }
  *cell = (struct raw_cell){start, own->at++ - start};
  return is_wide == 0 || is_utf8(cell->bytes, cell->length);
}

/* Whether the record ends here: at a line end, of CR and LF too. */
static inline bool is_line_end(const struct reading *own) {
  return *own->at == '\n' || (*own->at == '\r' && own->end - own->at > 1 && own->at[1] == '\n');
}

/* Takes what stands up to what parts cells or ends the line; false where there is neither, or something is wrong. */
static bool takes_unquoted(struct reading *own, struct raw_cell *cell) {
  const uint8_t delimiter = (uint8_t)own->table->delimiter;
  const uint8_t *const start = own->at;
  uint32_t is_wide = 0;
  for (;;) {
    take_run(own, delimiter, &is_wide);
    if (own->at == own->end) return false;
    if (*own->at == delimiter || is_line_end(own)) break;
    take_byte(own, &is_wide);
  }
  *cell = (struct raw_cell){start, own->at - start};
  return is_wide == 0 || is_utf8(cell->bytes, cell->length);
}

/* Takes a cell as the value of a column; false where it is for others. */
static bool takes_cell(struct reading *own, int64_t column, struct raw_cell *cell) {
  const struct table *table = own->table;
  const int32_t from = column == 0 ? 0 : table->key_ends[column - 1], end = table->key_ends[column];
  /* All of them together are no longer than what there is room for. */
  if (end < from || end > table->key_bytes) return false;
  const size_t key = (size_t)(end - from);
  uint8_t *const start = own->to;
  memcpy(start, table->keys + from, key);
  uint8_t *const value = start + key;
  own->to = value;
  *own->to++ = '"';
  if (own->at == own->end) return false;
  if (*own->at == '"' && table->are_quotes_text == 0) {
    own->at++;
    if (!takes_quoted(own, cell)) return false;
  } else if (!takes_unquoted(own, cell)) {
    return false;
  }
  *own->to++ = '"';
  if (key == 0) {
    own->to = start;
    return true;
  }
  switch (cell_value(cell, table->kinds[column])) {
    case value_text: return true;
    case value_null:
      memcpy(value, "null", 4);
      own->to = value + 4;
      return true;
    case value_number:
      memcpy(value, cell->bytes, (size_t)cell->length);
      own->to = value + cell->length;
      return true;
    default: return false;
  }
}

/* Takes a record and its line end; false where it is for others. */
static bool takes_record(struct reading *own) {
  const uint8_t *const start = own->at;
  const int64_t columns = own->table->columns;
  bool is_blank = columns > 1;
  for (int64_t column = 0; column < columns; column++) {
    struct raw_cell cell;
    if (!takes_cell(own, column, &cell)) return false;
    is_blank = is_blank && is_blank_cell(cell);
    if (own->at == own->end) return false;
    if (column + 1 == columns) break;
    if (*own->at++ != own->table->delimiter) return false;
  }
  if (is_blank || !is_line_end(own)) return false;
  own->at += *own->at == '\r' ? 2 : 1;
  /* The line feed is no part of it. */
  if (own->at - 1 - start > own->table->most_bytes) return false;
  own->line++;
  *own->to++ = '}';
  return true;
}

/* Goes past blank lines. */
static void skip_blank_lines(struct reading *own) {
  while (own->at < own->end && is_line_end(own)) {
    own->at += *own->at == '\r' ? 2 : 1;
    own->line++;
  }
}

/* Whether it parts cells and nothing else. */
static bool is_delimiter(int64_t byte) {
  return byte > 0 && byte < 0x80 && byte != '"' && byte != '\n' && byte != '\r';
}

EXPORTED int32_t lathe_table_read(const struct table *table, const uint8_t *bytes, int64_t length, struct table_rows *rows) {
  rows->rows = 0;
  if (rows->at < 0 || rows->at > length || !is_delimiter(table->delimiter)) return table_stop_other;
  const int64_t room = rows->json_room < INT32_MAX ? rows->json_room : INT32_MAX;
  const int64_t around = table->key_bytes + most_around_cell * table->columns + most_around_row;
  struct reading own = {table, bytes + rows->at, bytes + length, rows->json, rows->line};
  for (;;) {
    skip_blank_lines(&own);
    const struct reading before = own;
    rows->at = before.at - bytes;
    rows->line = before.line;
    if (own.at == own.end) return table_stop_other;
    const int64_t start = before.to - rows->json;
    if (rows->rows >= rows->row_room || room - start < around || (room - start - around) / most_of_byte < own.end - own.at)
      return table_stop_room;
    if (!takes_record(&own)) return table_stop_other;
    rows->starts[rows->rows] = (int32_t)start;
    rows->ends[rows->rows] = (int32_t)(own.to - rows->json);
    rows->numbers[rows->rows++] = (double)before.line;
  }
}
