/* Copies of short texts, by whole steps. */
#ifndef LATHE_COPY_RUN_H
#define LATHE_COPY_RUN_H

#include <stdint.h>
#include <string.h>

enum { copy_step = 16 };

/* Copies a run, up to a step more than it is long; returns where it ends. */
static inline uint8_t *copy_run(uint8_t *to, const uint8_t *from, int32_t length) {
  for (int32_t at = 0; at < length; at += copy_step) memcpy(to + at, from + at, copy_step);
  return to + length;
}

#endif
