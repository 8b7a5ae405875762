#include "band-slots.h"

#include <stdbool.h>

/* Rows whose slots are asked for ahead. */
enum { rows_ahead = 24 };

struct banded_rows {
  const uint32_t *numbers;
  const int32_t *starts, *entries;
  int32_t count;
};

static inline uint32_t *home_of(const struct band_slots *table, uint32_t hash) {
  return table->slots + 2 * ((uint64_t)hash * (uint64_t)table->count >> 32);
}

/* The slot of a hash, or the one where it would stand. */
static inline uint32_t *slot_of(const struct band_slots *table, uint32_t hash) {
  uint32_t *slot = home_of(table, hash);
  const uint32_t *const end = table->slots + 2 * table->count;
  while (slot[1] != 0 && slot[0] != hash) slot = slot + 2 == end ? table->slots : slot + 2;
  return slot;
}

/* Looks all rows up in one table, which is little enough to be near, and puts them there. */
static bool take_rows(struct band_slots *table, int32_t number, int32_t tables, const struct banded_rows *rows, int32_t *found) {
  const uint32_t *const numbers = rows->numbers + number;
  for (int32_t row = 0; row < rows->count; row++) {
    const int32_t next = row + rows_ahead, entry = rows->entries[row];
    if (next < rows->count && rows->entries[next] >= 0) __builtin_prefetch(home_of(table, numbers[rows->starts[next]]));
    int32_t *const last = found + (int64_t)tables * row + number;
    *last = 0;
    if (entry < 0) continue;
    const uint32_t hash = numbers[rows->starts[row]];
    uint32_t *const slot = slot_of(table, hash);
    *last = (int32_t)slot[1];
    if (entry == 0) continue;
    if (slot[1] == 0 && ++table->used >= table->count) return false;
    slot[0] = hash;
    slot[1] = (uint32_t)entry;
  }
  return true;
}

int32_t lathe_bands_take(struct band_slots *tables, int32_t tables_count, const uint32_t *numbers, int32_t length,
                         const int32_t *starts, const int32_t *entries, int32_t rows, int32_t *found) {
  for (int32_t row = 0; row < rows; row++)
    if (entries[row] >= 0 && (starts[row] < 0 || starts[row] > length - tables_count)) return -1;
  const struct banded_rows banded = {numbers, starts, entries, rows};
  for (int32_t table = 0; table < tables_count; table++)
    if (!take_rows(tables + table, table, tables_count, &banded, found)) return -1;
  return 0;
}

int32_t lathe_bands_move(const uint32_t *slots, int64_t count, uint32_t *larger, int64_t larger_count) {
  const struct band_slots to = {larger, larger_count, 0};
  if (larger_count <= count) return -1;
  for (int64_t at = 0; at < count; at++) {
    const uint32_t hash = slots[2 * at], entry = slots[2 * at + 1];
    if (entry == 0) continue;
    uint32_t *const slot = slot_of(&to, hash);
    slot[0] = hash;
    slot[1] = entry;
  }
  return 0;
}
