/* SHA-256 (FIPS 180-4), of texts that come in pieces. */
#ifndef LATHE_SHA256_H
#define LATHE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Takes whole blocks of 64 bytes into a state. */
typedef void sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

/* The same of two texts, which take hardly longer together than one. */
typedef void sha256_two_blocks(
    uint32_t state[8], const uint8_t *blocks, uint32_t other_state[8], const uint8_t *other_blocks, size_t count);

struct sha256_ways {
  sha256_blocks *blocks;
  sha256_two_blocks *two_blocks;
};

/* The fastest of those instructions (instructions.h). */
struct sha256_ways sha256_ways_with(uint32_t instructions);

struct sha256 {
  struct sha256_ways ways;
  uint32_t state[8];
  uint64_t length;
  uint8_t rest[64];
};

void sha256_begin(struct sha256 *sha, struct sha256_ways ways);
void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length);

/* Adds to two at once, which is faster. */
void sha256_add_two(
    struct sha256 *sha, const uint8_t *bytes, size_t length, struct sha256 *other, const uint8_t *other_bytes,
    size_t other_length);

/* The first 48 bits of the digest as a number; what was begun can be gone on with. */
double sha256_number(const struct sha256 *sha);
void sha256_two_numbers(
    const struct sha256 *sha, const struct sha256 *other, double *number, double *other_number);

#endif
