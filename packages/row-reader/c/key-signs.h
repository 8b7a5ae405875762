/* Signs of keys and passwords, as secrets.ts of services/ingest/src/clean knows them. */
#ifndef LATHE_KEY_SIGNS_H
#define LATHE_KEY_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

/* Keys have no fewer characters. */
enum { key_length = 15 };

/* Whether a key begins at a place that is known by its beginning; so many characters of keys stand there. */
bool begins_known_key(const uint8_t *text, int32_t place);

/*
 * Whether a run of characters of keys, which is as long and begins at `from`, may hold a key that is told to be one: it has a digit, and
 * a name of keys stands before it, or before a = within it.
 */
bool may_be_told_key(const uint8_t *text, int32_t length, int32_t from);

/* Whether the Y at a place ends what stands about a private key. */
bool ends_private_key(const uint8_t *text, int32_t length, int32_t place);

#endif
