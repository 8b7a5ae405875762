/* Tables of hashes that are looked up soon. */
#ifndef LATHE_SLOT_FETCH_H
#define LATHE_SLOT_FETCH_H

#include <stdint.h>

#include "exported.h"

/*
 * Asks for the memory in which hashes are looked up, so that who does it needs not wait for each: table i has `slots[i]` slots of two
 * numbers at `tables[i]`, in the order of hashes (services/ingest/src/clean/band-table.ts), and of row j its hash is `numbers[starts[j] + i]`.
 * Rows whose hashes are not among the `length` numbers are passed over.
 */
EXPORTED void lathe_slots_fetch(const uint64_t *tables, const uint32_t *slots, int32_t count, const uint32_t *numbers, int32_t length,
                                const int32_t *starts, int32_t rows);

#endif
