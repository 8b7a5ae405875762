#include "shingles.h"

#include <string.h>

#include "instructions.h"
#include "mix.h"

enum { shingle_words = 5 };

/* The factor of the words' places in a shingle's hash. */
static const uint32_t factor = 0x01000193u;

/* As many as there are words, without order: a text of fewer words than a shingle has one of all. */
LOOP int32_t hashes_of(const uint32_t *words, int32_t count, uint32_t *hashes) {
  const uint32_t second = factor * factor, third = second * factor, fourth = third * factor;
  if (count < shingle_words) {
    uint32_t hash = 0;
    for (int32_t at = 0; at < count; at++) hash = hash * factor + words[at];
    if (count > 0) hashes[0] = mix(hash);
    return count > 0 ? 1 : 0;
  }
  const int32_t found = count - shingle_words + 1;
  for (int32_t at = 0; at < found; at++)
    hashes[at] = mix(words[at] * fourth + words[at + 1] * third + words[at + 2] * second +
                     words[at + 3] * factor + words[at + 4]);
  return found;
}

/* Digits of numbers that are put in order, from the lowest: three of 11 bits. */
enum { digit_bits = 11, digits = 3, digit_values = 1 << digit_bits };

/* Puts many numbers in order, whatever they are, in time that grows with their count alone. */
static void order_many(uint32_t *numbers, int32_t count, uint32_t *scratch) {
  uint32_t *from = numbers, *to = scratch;
  for (int digit = 0; digit < digits; digit++) {
    int32_t places[digit_values] = {0};
    const int shift = digit * digit_bits;
    for (int32_t at = 0; at < count; at++) places[from[at] >> shift & (digit_values - 1)]++;
    int32_t place = 0;
    for (int value = 0; value < digit_values; value++) {
      const int32_t own = places[value];
      places[value] = place;
      place += own;
    }
    for (int32_t at = 0; at < count; at++)
      to[places[from[at] >> shift & (digit_values - 1)]++] = from[at];
    uint32_t *const last = from;
    from = to;
    to = last;
  }
  if (from != numbers) memcpy(numbers, from, (size_t)count * sizeof *numbers);
}

/* Of fewer numbers than these each is looked for where it belongs by its upper bits. */
enum { few = 1024, bucket_bits = 7, buckets = 1 << bucket_bits };

/* Puts hashes nearer to their places where they are next to each other and not in order. */
typedef void order_neighbours(uint32_t *hashes, int32_t count);

/* Puts hashes in order: by their upper bits into buckets, and then each a little back among those beside it. */
LOOP void order_few(const uint32_t *given, int32_t count, uint32_t *hashes, order_neighbours *order) {
  uint16_t places[buckets] = {0};
  for (int32_t at = 0; at < count; at++) places[given[at] >> (32 - bucket_bits)]++;
  uint16_t place = 0;
  for (int bucket = 0; bucket < buckets; bucket++) {
    const uint16_t own = places[bucket];
    places[bucket] = place;
    place += own;
  }
  for (int32_t at = 0; at < count; at++) hashes[places[given[at] >> (32 - bucket_bits)]++] = given[at];
  order(hashes, count);
  for (int32_t at = 1; at < count; at++) {
    const uint32_t hash = hashes[at];
    int32_t to = at;
    for (; to > 0 && hashes[to - 1] > hash; to--) hashes[to] = hashes[to - 1];
    hashes[to] = hash;
  }
}

/* Leaves one of each, and returns how many there are. */
static int32_t keep_one_of_each(uint32_t *hashes, int32_t count) {
  int32_t kept = 0;
  uint32_t last = 0;
  for (int32_t at = 0; at < count; at++) {
    const uint32_t hash = hashes[at];
    hashes[kept] = hash;
    kept += at == 0 || hash != last;
    last = hash;
  }
  return kept;
}

LOOP int32_t shingles_with_order(
    const uint32_t *words, int32_t count, uint32_t *shingles, uint32_t *scratch, order_neighbours *order) {
  const int32_t found = hashes_of(words, count, scratch);
  if (found < few) {
    order_few(scratch, found, shingles, order);
  } else {
    memcpy(shingles, scratch, (size_t)found * sizeof *shingles);
    order_many(shingles, found, scratch);
  }
  const int32_t kept = keep_one_of_each(shingles, found);
  return kept < most_shingles ? kept : most_shingles;
}

static void leave_order(uint32_t *hashes, int32_t count) {
  (void)hashes;
  (void)count;
}

static int32_t plain_shingles(const uint32_t *words, int32_t count, uint32_t *shingles, uint32_t *scratch) {
  return shingles_with_order(words, count, shingles, scratch, leave_order);
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Compares hashes with those beside them, from the first on and from the second on in turns: by then most are in their places. */
enum { turns = 4, lanes = 8 };

AVX2 static inline void avx2_neighbours(uint32_t *hashes, int32_t count) {
  for (int turn = 0; turn < turns; turn++)
    for (int32_t at = turn % 2; at + lanes <= count; at += lanes) {
      const __m256i some = _mm256_loadu_si256((const __m256i *)(const void *)(hashes + at));
      const __m256i swapped = _mm256_shuffle_epi32(some, 0xb1);
      const __m256i least = _mm256_min_epu32(some, swapped), most = _mm256_max_epu32(some, swapped);
      _mm256_storeu_si256((__m256i *)(void *)(hashes + at), _mm256_blend_epi32(least, most, 0xaa));
    }
}

AVX2 static int32_t avx2_shingles(const uint32_t *words, int32_t count, uint32_t *shingles, uint32_t *scratch) {
  return shingles_with_order(words, count, shingles, scratch, avx2_neighbours);
}

find_shingles *shingles_with(uint32_t instructions) {
  return (instructions & use_avx2) != 0 ? avx2_shingles : plain_shingles;
}
#else
find_shingles *shingles_with(uint32_t instructions) {
  (void)instructions;
  return plain_shingles;
}
#endif
