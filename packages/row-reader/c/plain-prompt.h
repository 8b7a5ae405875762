/* What a prompt says, as `plainPrompt` of services/ingest/src/plain-prompt.ts. */
#ifndef LATHE_PLAIN_PROMPT_H
#define LATHE_PLAIN_PROMPT_H

#include "runs.h"

/*
 * Writes a text in lower case without signs that end words, one blank between words, from the runs of what is not white. Returns how
 * long it is, which is no more than the text is; both have a margin of `text_margin`.
 */
int32_t plain_prompt(const struct text *lower, const struct runs *pieces, uint8_t *plain);

#endif
