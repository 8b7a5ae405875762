/* Which signs of a text of ASCII are operators, as services/ingest/src/operators.ts tells it. */
#ifndef LATHE_OPERATORS_H
#define LATHE_OPERATORS_H

#include <stdbool.h>
#include <stdint.h>

struct text {
  const uint8_t *bytes;
  int32_t length;
};

/* Blanks that an operator may have about it. */
static inline bool is_gap(uint8_t character) {
  return character == ' ' || character == '\t';
}

/* Whether the run of signs from `start` to `end` of a text is an operator. */
bool is_operator(const struct text *text, int32_t start, int32_t end);

#endif
