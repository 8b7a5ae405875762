/*
 * Whether texts may hold personal data: it says yes wherever `personalDataIn` of services/ingest/src/clean/personal-data.ts finds some, and of
 * fewer others than `mayHoldPersonalData` of plain-signs.ts.
 */
#ifndef LATHE_PERSONAL_SIGNS_H
#define LATHE_PERSONAL_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

/* Of a text of UTF-8, without ſ and the sign of Kelvin, which rules without case take for letters of ASCII. */
bool may_hold_personal_data(const uint8_t *text, int32_t length);

#endif
