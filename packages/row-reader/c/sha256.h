/* SHA-256 (FIPS 180-4), of texts that come in pieces. */
#ifndef LATHE_SHA256_H
#define LATHE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Takes whole blocks of 64 bytes into a state. */
typedef void sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

/* The fastest of those instructions (instructions.h). */
sha256_blocks *sha256_blocks_with(uint32_t instructions);

struct sha256 {
  sha256_blocks *blocks;
  uint32_t state[8];
  uint64_t length;
  uint8_t rest[64];
};

void sha256_begin(struct sha256 *sha, sha256_blocks *blocks);
void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length);

/* The first 48 bits of the digest as a number; what was begun can be gone on with. */
double sha256_number(const struct sha256 *sha);

#endif
