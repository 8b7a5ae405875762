#include "table-cells.h"

/* How many bytes the blank has that begins there (`\s` of a regular expression in JavaScript); 0: it is none. */
static int64_t blank_size(struct raw_cell cell, int64_t at) {
  const uint8_t *bytes = cell.bytes + at;
  if (bytes[0] == ' ' || (bytes[0] >= '\t' && bytes[0] <= '\r')) return 1;
  if (bytes[0] < 0x80) return 0;
  const int64_t left = cell.length - at;
  if (left >= 2 && bytes[0] == 0xc2 && bytes[1] == 0xa0) return 2;
  if (left < 3) return 0;
  const uint32_t character = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
  /* U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF */
  const bool is_blank = character == 0xe19a80 || (character >= 0xe28080 && character <= 0xe2808a) || character == 0xe280a8 ||
                        character == 0xe280a9 || character == 0xe280af || character == 0xe2819f || character == 0xe38080 ||
                        character == 0xefbbbf;
  return is_blank ? 3 : 0;
}

/* Where something stands from there on that is no blank. */
static int64_t behind_blanks(struct raw_cell cell, int64_t at) {
  while (at < cell.length) {
    const int64_t size = blank_size(cell, at);
    if (size == 0) break;
    at += size;
  }
  return at;
}

bool is_blank_cell(struct raw_cell cell) {
  return behind_blanks(cell, 0) == cell.length;
}

/* Whether a cell of lists or messages may be read as JSON. */
static bool may_be_json(struct raw_cell cell, uint8_t kinds) {
  const int64_t at = behind_blanks(cell, 0);
  if (at == cell.length || (cell.bytes[at] != '[' && cell.bytes[at] != '{')) return false;
  if ((kinds & cell_list) != 0) return true;
  const int64_t next = behind_blanks(cell, at + 1);
  return next < cell.length && cell.bytes[next] == (cell.bytes[at] == '[' ? '{' : '"');
}

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/* Digits and a point that a double tells apart, whatever they are, and noughts behind a point before JavaScript writes a number as 1e-7. */
enum { most_digits = 15, most_noughts = 5 };

/*
 * Whether a cell is a number that JavaScript writes as it stands here, but for noughts at the end of a fraction, which it loses. Of others it is said
 * whether they may be one.
 */
static enum cell_value number_value(struct raw_cell *cell) {
  const uint8_t *bytes = cell->bytes;
  const bool is_negative = bytes[0] == '-';
  if (!is_negative && !is_digit(bytes[0])) return value_text;
  const int64_t from = is_negative ? 1 : 0;
  int64_t at = from;
  for (; at < cell->length && is_digit(bytes[at]); at++) continue;
  const int64_t whole = at - from;
  int64_t end = at, noughts = 0;
  if (at < cell->length && bytes[at] == '.') {
    const int64_t begins = ++at;
    for (; at < cell->length && is_digit(bytes[at]); at++)
      if (bytes[at] != '0') end = at + 1;
    if (at == begins) return value_other;
    while (begins + noughts < end && bytes[begins + noughts] == '0') noughts++;
  }
  if (at < cell->length) return bytes[at] == 'e' || bytes[at] == 'E' ? value_other : value_text;
  if (whole == 0 || end - from > most_digits || noughts > most_noughts) return value_other;
  if (bytes[from] == '0' && (whole > 1 || (is_negative && end == from + 1))) return value_other;
  cell->length = end;
  return value_number;
}

enum cell_value cell_value(struct raw_cell *cell, uint8_t kinds) {
  if (cell->length == 0) return (kinds & cell_optional) != 0 ? value_null : value_text;
  if ((kinds & (cell_list | cell_messages)) != 0 && may_be_json(*cell, kinds)) return value_other;
  return (kinds & cell_number) != 0 ? number_value(cell) : value_text;
}
