#include "sha256.h"

#include <string.h>

#include "instructions.h"

enum { block_bytes = 64, rounds = 64 };

static const uint32_t constants[rounds] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t turned(uint32_t word, int by) {
  return word >> by | word << (32 - by);
}

static inline uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void plain_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
  for (; count > 0; count--, blocks += block_bytes) {
    uint32_t words[rounds];
    for (int at = 0; at < 16; at++) words[at] = big_endian(blocks + 4 * at);
    for (int at = 16; at < rounds; at++) {
      const uint32_t early = words[at - 15], late = words[at - 2];
      words[at] = words[at - 16] + (turned(early, 7) ^ turned(early, 18) ^ early >> 3) +
                  words[at - 7] + (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int at = 0; at < rounds; at++) {
      const uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
                             ((e & f) ^ (~e & g)) + constants[at] + words[at];
      const uint32_t second =
          (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

static void plain_two_blocks(
    uint32_t state[8], const uint8_t *blocks, uint32_t other_state[8], const uint8_t *other_blocks, size_t count) {
  plain_blocks(state, blocks, count);
  plain_blocks(other_state, other_blocks, count);
}

#if defined(__x86_64__)
#include <immintrin.h>

/* A text on its way: its state as the instructions take it, a b e f and c d g h from the upper bits down, and the words of a block. */
struct lane {
  __m128i abef, cdgh, abef_before, cdgh_before, words[4];
};

SHA LOOP void lane_begin(struct lane *own, const uint32_t state[8]) {
  const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  own->abef = _mm_alignr_epi8(badc, hgfe, 8);
  own->cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

/* Four rounds of the block there. */
SHA LOOP void lane_go_on(struct lane *own, const uint8_t *block, int group) {
  const __m128i big_endian_words = _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
  __m128i *const words = own->words, *const now = &words[group % 4];
  if (group == 0) {
    own->abef_before = own->abef;
    own->cdgh_before = own->cdgh;
  }
  if (group < 4) {
    const __m128i loaded = _mm_loadu_si128((const __m128i *)(block + 16 * group));
    *now = _mm_shuffle_epi8(loaded, big_endian_words);
  } else {
    const __m128i before = words[(group + 3) % 4];
    const __m128i seventh = _mm_alignr_epi8(before, words[(group + 2) % 4], 4);
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*now, words[(group + 1) % 4]), seventh);
    *now = _mm_sha256msg2_epu32(sum, before);
  }
  const __m128i added =
      _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(constants + 4 * group)));
  own->cdgh = _mm_sha256rnds2_epu32(own->cdgh, own->abef, added);
  own->abef = _mm_sha256rnds2_epu32(own->abef, own->cdgh, _mm_shuffle_epi32(added, 0x0e));
  if (group < rounds / 4 - 1) return;
  own->abef = _mm_add_epi32(own->abef, own->abef_before);
  own->cdgh = _mm_add_epi32(own->cdgh, own->cdgh_before);
}

SHA LOOP void lane_end(const struct lane *own, uint32_t state[8]) {
  const __m128i feba = _mm_shuffle_epi32(own->abef, 0x1b), dchg = _mm_shuffle_epi32(own->cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

SHA static void sha_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
  struct lane lane;
  lane_begin(&lane, state);
  for (; count > 0; count--, blocks += block_bytes) {
#pragma GCC unroll 16
    for (int group = 0; group < rounds / 4; group++) lane_go_on(&lane, blocks, group);
  }
  lane_end(&lane, state);
}

/* Each round waits for the one before it: meanwhile there is time for those of another text. */
SHA static void sha_two_blocks(
    uint32_t state[8], const uint8_t *blocks, uint32_t other_state[8], const uint8_t *other_blocks, size_t count) {
  struct lane lane, other;
  lane_begin(&lane, state);
  lane_begin(&other, other_state);
  for (; count > 0; count--, blocks += block_bytes, other_blocks += block_bytes) {
#pragma GCC unroll 16
    for (int group = 0; group < rounds / 4; group++) {
      lane_go_on(&lane, blocks, group);
      lane_go_on(&other, other_blocks, group);
    }
  }
  lane_end(&lane, state);
  lane_end(&other, other_state);
}
#endif

struct sha256_ways sha256_ways_with(uint32_t instructions) {
#if defined(__x86_64__)
  if ((instructions & use_sha) != 0) return (struct sha256_ways){sha_blocks, sha_two_blocks};
#endif
  (void)instructions;
  return (struct sha256_ways){plain_blocks, plain_two_blocks};
}

void sha256_begin(struct sha256 *sha, struct sha256_ways ways) {
  static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  sha->ways = ways;
  sha->length = 0;
  memcpy(sha->state, first, sizeof first);
}

/* Bytes that are still to be taken. */
struct bytes {
  const uint8_t *bytes;
  size_t length;
};

/* Fills the block that waits; what is left begins a block, or is nothing. */
static struct bytes fill(struct sha256 *sha, struct bytes left) {
  const size_t waiting = sha->length % block_bytes;
  sha->length += left.length;
  if (waiting == 0) return left;
  const size_t missing = block_bytes - waiting;
  const size_t taken = left.length < missing ? left.length : missing;
  memcpy(sha->rest + waiting, left.bytes, taken);
  if (taken == missing) sha->ways.blocks(sha->state, sha->rest, 1);
  return (struct bytes){left.bytes + taken, left.length - taken};
}

/* Takes what `fill` left, of which so many blocks are taken already. */
static void take(struct sha256 *sha, struct bytes left, size_t blocks) {
  const uint8_t *bytes = left.bytes + blocks * block_bytes;
  const size_t length = left.length - blocks * block_bytes;
  sha->ways.blocks(sha->state, bytes, length / block_bytes);
  memcpy(sha->rest, bytes + length / block_bytes * block_bytes, length % block_bytes);
}

void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length) {
  const struct bytes left = fill(sha, (struct bytes){bytes, length});
  if (left.length > 0) take(sha, left, 0);
}

void sha256_add_two(
    struct sha256 *sha, const uint8_t *bytes, size_t length, struct sha256 *other, const uint8_t *other_bytes,
    size_t other_length) {
  const struct bytes left = fill(sha, (struct bytes){bytes, length});
  const struct bytes other_left = fill(other, (struct bytes){other_bytes, other_length});
  const size_t least = left.length < other_left.length ? left.length : other_left.length;
  const size_t both = least / block_bytes;
  if (both > 0)
    sha->ways.two_blocks(sha->state, left.bytes, other->state, other_left.bytes, both);
  if (left.length > 0) take(sha, left, both);
  if (other_left.length > 0) take(other, other_left, both);
}

/* Writes what ends a text to `last`, and returns how many blocks that is. */
static size_t write_end(const struct sha256 *sha, uint8_t last[2 * block_bytes]) {
  const size_t waiting = sha->length % block_bytes;
  const size_t blocks = waiting + 9 > block_bytes ? 2 : 1;
  memset(last, 0, 2 * block_bytes);
  memcpy(last, sha->rest, waiting);
  last[waiting] = 0x80;
  for (size_t at = 0; at < 8; at++)
    last[blocks * block_bytes - 1 - at] = (uint8_t)(sha->length * 8 >> 8 * at);
  return blocks;
}

static double number_of(const uint32_t state[8]) {
  return (double)((uint64_t)state[0] << 16 | state[1] >> 16);
}

double sha256_number(const struct sha256 *sha) {
  uint32_t state[8];
  uint8_t last[2 * block_bytes];
  const size_t blocks = write_end(sha, last);
  memcpy(state, sha->state, sizeof state);
  sha->ways.blocks(state, last, blocks);
  return number_of(state);
}

void sha256_two_numbers(
    const struct sha256 *sha, const struct sha256 *other, double *number, double *other_number) {
  uint32_t state[8], other_state[8];
  uint8_t last[2 * block_bytes], other_last[2 * block_bytes];
  const size_t blocks = write_end(sha, last), other_blocks = write_end(other, other_last);
  const size_t both = blocks < other_blocks ? blocks : other_blocks;
  memcpy(state, sha->state, sizeof state);
  memcpy(other_state, other->state, sizeof other_state);
  sha->ways.two_blocks(state, last, other_state, other_last, both);
  sha->ways.blocks(state, last + both * block_bytes, blocks - both);
  sha->ways.blocks(other_state, other_last + both * block_bytes, other_blocks - both);
  *number = number_of(state);
  *other_number = number_of(other_state);
}
