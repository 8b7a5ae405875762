/* Texts of UTF-8. */
#ifndef LATHE_UTF8_H
#define LATHE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether bytes are UTF-8: no byte that begins no character, none that is cut off, none that is written longer than it needs to be, no surrogate, and
 * none beyond U+10FFFF (Unicode 15, table 3-7).
 */
bool is_utf8(const uint8_t *bytes, int64_t length);

#endif
