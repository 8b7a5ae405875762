/* What a prompt of ASCII says, as `plainOfAscii` of services/ingest/src/ascii-text.ts. */
#ifndef LATHE_PLAIN_PROMPT_H
#define LATHE_PLAIN_PROMPT_H

#include "operators.h"

/*
 * Writes a text in lower case without signs that end words, one blank between words. Returns how long it is, which is no more than the
 * text is.
 */
int32_t plain_prompt(const struct text *text, uint8_t *plain);

#endif
