/* Signs and texts of a line of JSON, one after the other. */
#ifndef LATHE_LINE_READING_H
#define LATHE_LINE_READING_H

#include "chat-scan.h"

/* A line and how far it is read. */
struct line_reading {
  const uint8_t *line;
  int32_t length, at;
};

/* Goes past blanks. */
void skip_blanks(struct line_reading *own);

/* Goes past a sign and the blanks before it. */
bool opens(struct line_reading *own, uint8_t sign);

/* Goes past a text in quotation marks, of which so many bytes stand for themselves, and the blanks before it. */
bool takes(struct line_reading *own, const void *text, int32_t size);

/*
 * Takes the text that begins behind a quotation mark as what message `scan->count` says, up to the mark that ends it. False where it is empty, blank,
 * or not of ASCII and known characters that JSON.stringify writes so.
 */
bool takes_content(struct line_reading *own, struct chat_scan *scan);

#endif
