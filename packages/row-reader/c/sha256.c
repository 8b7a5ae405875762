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

#if defined(__x86_64__)
#include <immintrin.h>

/* The instructions take the state as a b e f and c d g h, from the upper bits down. */
SHA static void sha_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
  const __m128i big_endian_words =
      _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
  const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
  for (; count > 0; count--, blocks += block_bytes) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
#pragma GCC unroll 16
    for (int group = 0; group < rounds / 4; group++) {
      __m128i *now = &words[group % 4];
      if (group < 4) {
        const __m128i loaded = _mm_loadu_si128((const __m128i *)(blocks + 16 * group));
        *now = _mm_shuffle_epi8(loaded, big_endian_words);
      } else {
        const __m128i before = words[(group + 3) % 4];
        const __m128i seventh = _mm_alignr_epi8(before, words[(group + 2) % 4], 4);
        const __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(*now, words[(group + 1) % 4]), seventh);
        *now = _mm_sha256msg2_epu32(sum, before);
      }
      const __m128i added =
          _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(constants + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

sha256_blocks *sha256_blocks_with(uint32_t instructions) {
  return (instructions & use_sha) != 0 ? sha_blocks : plain_blocks;
}
#else
sha256_blocks *sha256_blocks_with(uint32_t instructions) {
  (void)instructions;
  return plain_blocks;
}
#endif

void sha256_begin(struct sha256 *sha, sha256_blocks *blocks) {
  static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  sha->blocks = blocks;
  sha->length = 0;
  memcpy(sha->state, first, sizeof first);
}

void sha256_add(struct sha256 *sha, const uint8_t *bytes, size_t length) {
  const size_t waiting = sha->length % block_bytes;
  sha->length += length;
  if (waiting > 0) {
    const size_t missing = block_bytes - waiting;
    const size_t taken = length < missing ? length : missing;
    memcpy(sha->rest + waiting, bytes, taken);
    if (taken < missing) return;
    sha->blocks(sha->state, sha->rest, 1);
    bytes += taken;
    length -= taken;
  }
  sha->blocks(sha->state, bytes, length / block_bytes);
  memcpy(sha->rest, bytes + length / block_bytes * block_bytes, length % block_bytes);
}

double sha256_number(const struct sha256 *sha) {
  uint32_t state[8];
  uint8_t last[2 * block_bytes] = {0};
  const size_t waiting = sha->length % block_bytes;
  const size_t blocks = waiting + 9 > block_bytes ? 2 : 1;
  memcpy(state, sha->state, sizeof state);
  memcpy(last, sha->rest, waiting);
  last[waiting] = 0x80;
  for (size_t at = 0; at < 8; at++)
    last[blocks * block_bytes - 1 - at] = (uint8_t)(sha->length * 8 >> 8 * at);
  sha->blocks(state, last, blocks);
  return (double)((uint64_t)state[0] << 16 | state[1] >> 16);
}
