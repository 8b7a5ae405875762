/* Signs of numbers that are somebody's, as personal-kinds.ts of services/ingest/src/clean knows them. */
#ifndef LATHE_NUMBER_SIGNS_H
#define LATHE_NUMBER_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

/* A number with signs between its digits: how many of these it has up to a place, and where the first and the last of them are. */
struct number {
  int32_t digits, first, last;
};

/* Goes on to the digits of a block that begins at `from`; whether a number may be that of a phone, a card or a person. */
bool has_number(const uint8_t *text, int32_t from, uint64_t digits, struct number *number);

/* Whether four numbers stand there with dots between them, which are no address of a machine itself. */
bool has_dotted_address(const uint8_t *text, int32_t length);

/*
 * Whether a stretch of hexadecimal digits and colons with the colon at a place may be an address; `end`: where the stretch ends that was looked at
 * before, at first 0.
 */
bool may_be_colon_address(const uint8_t *text, int32_t length, int32_t place, int32_t *end);

/* Whether what begins with two letters and two digits goes on as an IBAN does, and nothing of a word stands before it. */
bool may_be_iban(const uint8_t *text, int32_t length, int32_t from);

#endif
