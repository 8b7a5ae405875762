/* Tables to lines of JSON, as `lineOf` of services/ingest/src/read/csv.ts makes them. */
#ifndef LATHE_TABLE_READER_H
#define LATHE_TABLE_READER_H

#include <stdint.h>

#include "exported.h"

/* All are told by arrays of numbers of 8 bytes. */
_Static_assert(sizeof(void *) == 8, "tables are read in 64-bit processes");

/*
 * How a table is written. The JSON before the value of column i is what stands from `key_ends[i - 1]` to `key_ends[i]` of `keys`: its name, and
 * what stands before that; nothing where the column is left out. `kinds`: of each column bits of enum cell_kind.
 */
struct table {
  const uint8_t *keys;
  int64_t key_bytes;
  const int32_t *key_ends;
  const uint8_t *kinds;
  int64_t columns;
  int64_t delimiter, are_quotes_text;
  /* Longer records are for others. */
  int64_t most_bytes;
};

/* Rows as JSON, and the room that there is for them: row i is what stands from `starts[i]` to `ends[i]`, and begins on line `numbers[i]`. */
struct table_rows {
  uint8_t *json;
  int64_t json_room;
  int32_t *starts, *ends;
  double *numbers;
  int64_t row_room, rows;
  /* The byte that is next, which begins a record, and its line. */
  int64_t at, line;
};

enum table_stop { table_stop_other, table_stop_room };

/*
 * Reads records from `rows->at` on, up to one that is for others: one that does not end within these bytes, in which something may be wrong, or a cell of
 * which may be more than a text; or up to one for which there may be no room. Blank lines are left out. A byte order mark is a letter.
 */
EXPORTED int32_t lathe_table_read(const struct table *table, const uint8_t *bytes, int64_t length, struct table_rows *rows);

#endif
