/*
 * Puts rows with few hashes, many of which stand in one place, into tables of just the size that they need, and ends with 1 where an
 * entry is not the one that looking at all rows before finds.
 *
 *     band-slots.fixture <seed>
 */
#include <stdio.h>
#include <stdlib.h>

#include "band-slots.h"

enum { rounds = 200, tables_count = 3, most_runs = 6, most_rows = 40, gap = 2 };

static uint32_t state;
static uint32_t draw(uint32_t below) {
  state = state * 1103515245u + 12345u;
  return (state >> 8) % below;
}

static uint32_t drawn_hash(void) {
  switch (draw(4)) {
    case 0: return draw(3);
    case 1: return 0xffffffffu - draw(3);
    default: return draw(20) * 0x9e3779b1u;
  }
}

static uint32_t hashes[most_runs * most_rows][tables_count];
static int32_t put[most_runs * most_rows];

/* Leaves each table for one that is larger by some slots. */
static int grow(struct band_slots *tables) {
  for (int table = 0; table < tables_count; table++) {
    const int64_t count = tables[table].count + 1 + draw(20);
    uint32_t *larger = calloc((size_t)count, 2 * sizeof *larger);
    if (lathe_bands_move(tables[table].slots, tables[table].count, larger, tables[table].count) != -1) return 1;
    if (lathe_bands_move(tables[table].slots, tables[table].count, larger, count) != 0) return 1;
    free(tables[table].slots);
    tables[table] = (struct band_slots){larger, count, tables[table].used};
  }
  return 0;
}

/* The entry of the last row before that has the hash. */
static int32_t newest(int32_t before, int32_t table, uint32_t hash) {
  int32_t found = 0;
  for (int32_t row = 0; row < before; row++)
    if (put[row] > 0 && hashes[row][table] == hash) found = put[row];
  return found;
}

static int wrong_starts(struct band_slots *tables) {
  const uint32_t numbers[tables_count] = {0};
  const int32_t starts[] = {-1, 1, INT32_MAX}, entry = 0;
  int32_t found[tables_count];
  for (int at = 0; at < 3; at++)
    if (lathe_bands_take(tables, tables_count, numbers, tables_count, starts + at, &entry, 1, found) != -1) return 1;
  return 0;
}

int main(int count, char **given) {
  if (count != 2) return 2;
  state = (uint32_t)strtoul(given[1], NULL, 10);
  int64_t met = 0;
  for (int round = 0; round < rounds; round++) {
    struct band_slots tables[tables_count];
    const int32_t slots = 1 + most_runs * most_rows;
    for (int table = 0; table < tables_count; table++)
      tables[table] = (struct band_slots){calloc((size_t)slots, 2 * sizeof(uint32_t)), slots, 0};
    int32_t row = 0, entries_put = 0;
    for (uint32_t run = 1 + draw(most_runs); run > 0; run--) {
      const int32_t rows = (int32_t)draw(most_rows + 1), length = rows * (tables_count + gap);
      uint32_t *numbers = malloc((size_t)length * sizeof *numbers);
      int32_t *starts = malloc((size_t)rows * sizeof *starts), *entries = malloc((size_t)rows * sizeof *entries);
      int32_t *found = malloc((size_t)rows * tables_count * sizeof *found);
      for (int32_t at = 0; at < rows; at++) {
        entries[at] = draw(4) == 0 ? -1 : draw(4) == 0 ? 0 : ++entries_put;
        starts[at] = entries[at] < 0 ? (int32_t)draw(2) * INT32_MAX : at * (tables_count + gap) + gap;
        put[row + at] = entries[at];
        for (int table = 0; table < tables_count; table++) {
          hashes[row + at][table] = drawn_hash();
          if (entries[at] >= 0) numbers[starts[at] + table] = hashes[row + at][table];
        }
      }
      if (lathe_bands_take(tables, tables_count, numbers, length, starts, entries, rows, found) != 0) return 1;
      for (int32_t at = 0; at < rows; at++)
        for (int table = 0; table < tables_count; table++) {
          const int32_t told = found[at * tables_count + table];
          met += told > 0;
          if (told == (entries[at] < 0 ? 0 : newest(row + at, table, hashes[row + at][table]))) continue;
          printf("row %d of round %d has %d in table %d\n", (int)(row + at), round, (int)told, table);
          return 1;
        }
      row += rows;
      if (draw(2) == 0 && grow(tables)) return 1;
      free(numbers);
      free(starts);
      free(entries);
      free(found);
    }
    if (wrong_starts(tables)) return 1;
    for (int table = 0; table < tables_count; table++) free(tables[table].slots);
  }
  /* A table without room for one more is told of. */
  uint32_t slots[4] = {0};
  struct band_slots full = {slots, 2, 0};
  const uint32_t numbers[] = {1, 2};
  const int32_t starts[] = {0, 1}, entries[] = {1, 2};
  int32_t found[2];
  if (lathe_bands_take(&full, 1, numbers, 2, starts, entries, 2, found) != -1) return 1;
  printf("%s\n", met > rounds ? "many are found" : "few are found");
  return 0;
}
