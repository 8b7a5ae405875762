/* What the cells of a table say, as services/ingest/src/read/csv.ts and json-cells.ts have it. */
#ifndef LATHE_TABLE_CELLS_H
#define LATHE_TABLE_CELLS_H

#include <stdbool.h>
#include <stdint.h>

/* What cells of a column may be besides texts, as bits: nothing where they are empty, numbers, lists, messages. */
enum cell_kind { cell_optional = 1, cell_number = 2, cell_list = 4, cell_messages = 8 };

/* A cell as it is written, without the quotes around it. */
struct raw_cell {
  const uint8_t *bytes;
  int64_t length;
};

/* What a cell is: its text, null, a number, or something that is for others to read. */
enum cell_value { value_text, value_null, value_number, value_other };

/* What a cell is; one that is a number is as short as JSON.stringify writes it afterwards. */
enum cell_value cell_value(struct raw_cell *cell, uint8_t kinds);

/* Whether nothing is left of it by `trim`. */
bool is_blank_cell(struct raw_cell cell);

#endif
