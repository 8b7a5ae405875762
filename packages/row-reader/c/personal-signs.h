/* Whether texts may hold personal data, as `mayHoldPersonalData` of services/ingest/src/clean/plain-signs.ts tells it. */
#ifndef LATHE_PERSONAL_SIGNS_H
#define LATHE_PERSONAL_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

/* Of a text of ASCII. */
bool may_hold_personal_data(const uint8_t *text, int32_t length);

#endif
