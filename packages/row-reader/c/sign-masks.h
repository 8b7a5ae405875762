/* Which of 64 bytes are what personal data is told by: bit i tells of byte i. */
#ifndef LATHE_SIGN_MASKS_H
#define LATHE_SIGN_MASKS_H

#include <stdint.h>

struct sign_masks {
  /* What keys are written with: letters, digits and _ / + . = -. */
  uint64_t of_keys;
  uint64_t letters, digits, dots;
  /* @, : and Y. */
  uint64_t seldom;
};

/* By vectors where every processor has them, and without. */
struct sign_masks sign_masks_of(const uint8_t *bytes);
struct sign_masks sign_masks_plain(const uint8_t *bytes);

#endif
