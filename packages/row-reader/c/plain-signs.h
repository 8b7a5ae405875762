/* Characters beyond ASCII that are signs and nothing else, so that rows with them are read as those of ASCII are. */
#ifndef LATHE_PLAIN_SIGNS_H
#define LATHE_PLAIN_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

enum sign { sign_unknown, sign_other, sign_plain };

/* What others told of characters, by open addressing; a full table starts again. */
enum { sign_slots = 1024 };

struct plain_signs {
  /* Of each the character times 4 and what it is; 0: there is none. */
  int32_t slots[sign_slots];
  int32_t count;
};

enum sign plain_sign(const struct plain_signs *own, int32_t character);
void plain_sign_take(struct plain_signs *own, int32_t character, enum sign sign);

/* The character that begins there and how many bytes it has; -1 where that is not UTF-8. */
int32_t character_at(const uint8_t *bytes, int32_t length, int32_t *size);

/* Whether a character is one of the few signs that texts are set with everywhere, and plain whoever is asked. */
bool is_usual_sign(int32_t character);

/*
 * Writes a text as its words and operators are found in, as services/ingest/src/operators.ts and NFKC have it: signs beyond ASCII that
 * operators are made of in their other form, an ellipsis as three dots, and all others as one that parts words. Returns how long it is: no longer.
 */
int32_t write_signs(const uint8_t *text, int32_t length, uint8_t *written);

/* Writes a text of the same length in which each ellipsis is three dots. */
void write_dots(const uint8_t *text, int32_t length, uint8_t *written);

#endif
