/*
 * Reads texts from its input, each as its length in bytes and then the bytes, and writes of each 1 or 0: whether it may hold personal data. Ends with
 * 1 where the masks of a block are not those that are made without vectors.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "personal-signs.h"
#include "sign-masks.h"

enum { block = 64 };

static int has_same_masks(const uint8_t *text) {
  const struct sign_masks one = sign_masks_of(text), other = sign_masks_plain(text);
  return memcmp(&one, &other, sizeof one) == 0;
}

int main(void) {
  uint32_t length;
  while (fread(&length, sizeof length, 1, stdin) == 1) {
    /* In memory of just that size, so that reading outside is seen. */
    uint8_t *text = malloc(length);
    if (length > 0 && fread(text, 1, length, stdin) != length) return 2;
    for (uint32_t at = 0; at + block <= length; at++)
      if (!has_same_masks(text + at)) return 1;
    putchar(may_hold_personal_data(text, (int32_t)length) ? '1' : '0');
    free(text);
  }
  return 0;
}
