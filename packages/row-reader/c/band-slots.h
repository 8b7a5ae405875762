/* Tables of hashes in which many rows are looked up, and put, in one call. */
#ifndef LATHE_BAND_SLOTS_H
#define LATHE_BAND_SLOTS_H

#include <stdint.h>

#include "exported.h"

/* A table of services/ingest/src/clean/band-table.ts: of each slot its hash and its entry, in the order of hashes. */
struct band_slots {
  uint32_t *slots;
  /* How many slots there are, and how many of them have an entry: one has none at least. */
  int64_t count, used;
};

/*
 * Looks rows up one after another, and puts the entry of each, where it has one, in the place of the newest of its hashes. Of row i there is a hash for
 * each table from `starts[i]` on among `length` numbers; its entry is `entries[i]`, 0 where it is only looked up, and -1 where it has no hashes. Writes
 * the entry that each hash had before its row, or 0, to `found`, those of row i from `tables_count` · i on. -1 where hashes are not among the
 * numbers, or a table has no room, and else 0.
 */
EXPORTED int32_t lathe_bands_take(struct band_slots *tables, int32_t tables_count, const uint32_t *numbers, int32_t length,
                                  const int32_t *starts, const int32_t *entries, int32_t rows, int32_t *found);

/* Puts what a table has into a larger one, which is empty. -1 where that has not more slots, and else 0. */
EXPORTED int32_t lathe_bands_move(const uint32_t *slots, int64_t count, uint32_t *larger, int64_t larger_count);

#endif
