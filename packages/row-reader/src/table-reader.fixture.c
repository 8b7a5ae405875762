/*
 * Reads drawn tables, and prints the JSON of each row.
 *
 *     table-reader.fixture <seed>
 *
 * All memory is just as large as it is said to be, so that reading or writing outside is seen. Ends with 1 where what is told of rows cannot be so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table-reader.h"

enum { rounds = 20000, most_columns = 4, most_pieces = 40, most_rows = 3 };

static uint32_t state;
static int32_t drawn(int32_t from, int32_t to) {
  state = state * 1664525u + 1013904223u;
  return from + (int32_t)((state >> 8) % (uint32_t)(to - from + 1));
}

static const char *const pieces[] = {
    "\"", "\"", "\"\"", "\n", "\n", "\r\n", "\r", ",", ",", "\t", "\\", "a", "words that go on for longer than a block of bytes",
    " ", "[", "{", "[{\"", "{ \"", "5", "-", "0", ".5", "0.", "e", "-0", "\b\f\x01\x7f", "\xc3\xa4", "\xe4\xb8\xad", "\xf0\x9f\x98\x80",
    "\xc3", "\xe2\x82", "\xf0\x9f", "\x80", "\xed\xa0\x80", "\xf5", "\xc2\xa0", "\xe3\x80\x80", "\",\"", "\"\n\"", "\"\n\"",
};
enum { piece_count = sizeof pieces / sizeof *pieces };

static const char *const names[] = {"", "\"a\":", "\"prompt\":", "\"__proto__\":"};

/* A copy of just that size. */
static void *fit(const void *bytes, size_t size) {
  void *copy = malloc(size);
  if (size > 0) memcpy(copy, bytes, size);
  return copy;
}

static struct table draw_table(void) {
  char keys[256];
  int32_t key_ends[most_columns], length = 0;
  uint8_t kinds[most_columns];
  const int32_t columns = drawn(1, most_columns);
  for (int32_t column = 0; column < columns; column++) {
    /* One of them has a name. */
    const char *name = names[drawn(column + 1 == columns && length == 0 ? 1 : 0, 3)];
    if (*name != 0) {
      keys[length] = length == 0 ? '{' : ',';
      length++;
    }
    memcpy(keys + length, name, strlen(name));
    length += (int32_t)strlen(name);
    key_ends[column] = length;
    kinds[column] = (uint8_t)(drawn(0, 2) == 0 ? drawn(0, 15) : 0);
  }
  /* Ends that cannot be so are refused. */
  if (drawn(0, 99) == 0) key_ends[drawn(0, columns - 1)] = drawn(0, 1) == 0 ? -1 : length + 1;
  return (struct table){
      fit(keys, (size_t)length), length, fit(key_ends, (size_t)columns * sizeof *key_ends), fit(kinds, (size_t)columns), columns,
      drawn(0, 1) == 0 ? ',' : '\t', drawn(0, 4) == 0, drawn(0, 3) == 0 ? drawn(0, 60) : 1000000};
}

/* Where the record ends that is for others: at the next line end. */
static int64_t behind_line(const uint8_t *bytes, int64_t at, int64_t length) {
  while (at < length && bytes[at] != '\n') at++;
  return at < length ? at + 1 : length;
}

static int read_table(const struct table *table, const uint8_t *bytes, int64_t length) {
  struct table_rows rows = {.line = 2};
  rows.row_room = drawn(0, most_rows);
  rows.json_room = drawn(0, 2) == 0 ? drawn(0, 200) : 6 * length + table->key_bytes + 4 * table->columns + drawn(0, 64);
  rows.json = malloc((size_t)rows.json_room);
  rows.starts = malloc((size_t)rows.row_room * sizeof *rows.starts);
  rows.ends = malloc((size_t)rows.row_room * sizeof *rows.ends);
  rows.numbers = malloc((size_t)rows.row_room * sizeof *rows.numbers);
  int is_right = 1;
  while (is_right && rows.at < length) {
    const int64_t at = rows.at;
    const int32_t stopped = lathe_table_read(table, bytes, length, &rows);
    int32_t end = 0;
    for (int64_t row = 0; row < rows.rows; row++) {
      is_right &= rows.starts[row] == end && rows.ends[row] > end && rows.ends[row] <= rows.json_room;
      end = rows.ends[row];
      printf("%.*s\n", (int)(end - rows.starts[row]), rows.json + rows.starts[row]);
    }
    is_right &= rows.rows <= rows.row_room && rows.at >= at && rows.at <= length;
    if (stopped == table_stop_other || rows.at == at) rows.at = behind_line(bytes, rows.at, length);
  }
  free(rows.json);
  free(rows.starts);
  free(rows.ends);
  free(rows.numbers);
  return is_right;
}

int main(int count, char **given) {
  if (count != 2) return 2;
  state = (uint32_t)strtoul(given[1], NULL, 10);
  for (int round = 0; round < rounds; round++) {
    struct table table = draw_table();
    char text[most_pieces * 64];
    int64_t length = 0;
    for (int32_t piece = drawn(0, most_pieces); piece > 0; piece--) {
      const char *added = pieces[drawn(0, piece_count - 1)];
      memcpy(text + length, added, strlen(added));
      length += (int64_t)strlen(added);
    }
    uint8_t *bytes = fit(text, (size_t)length);
    struct table_rows outside = {.at = drawn(0, 1) == 0 ? -1 : length + 1};
    if (lathe_table_read(&table, bytes, length, &outside) != table_stop_other || outside.rows != 0) return 1;
    if (!read_table(&table, bytes, length)) return 1;
    free(bytes);
    free((void *)table.keys);
    free((void *)table.key_ends);
    free((void *)table.kinds);
  }
  return 0;
}
