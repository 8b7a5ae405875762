/*
 * The last steps of MurmurHash3, as `mix` of services/ingest/src/clean/words.ts: every bit of the hash depends on every one of the
 * number.
 */
#ifndef LATHE_MIX_H
#define LATHE_MIX_H

#include <stdint.h>

static inline uint32_t mix(uint32_t value) {
  value = (value ^ value >> 16) * 0x85ebca6bu;
  value = (value ^ value >> 13) * 0xc2b2ae35u;
  return value ^ value >> 16;
}

#endif
