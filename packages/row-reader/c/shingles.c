#include "shingles.h"

#include <string.h>

#include "mix.h"

enum { shingle_words = 5 };

/* The factor of the words' places in a shingle's hash. */
static const uint32_t factor = 0x01000193u;

/* As many as there are words, without order: a text of fewer words than a shingle has one of all. */
static int32_t hashes_of(const uint32_t *words, int32_t count, uint32_t *hashes) {
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
enum { few = 1024, bucket_bits = 8, buckets = 1 << bucket_bits };

/* Puts hashes in order: by their upper bits into buckets, and then each a little back among those beside it. */
static void order_few(uint32_t *hashes, int32_t count, uint32_t *scratch) {
  uint16_t places[buckets] = {0};
  for (int32_t at = 0; at < count; at++) places[hashes[at] >> (32 - bucket_bits)]++;
  uint16_t place = 0;
  for (int bucket = 0; bucket < buckets; bucket++) {
    const uint16_t own = places[bucket];
    places[bucket] = place;
    place += own;
  }
  memcpy(scratch, hashes, (size_t)count * sizeof *hashes);
  for (int32_t at = 0; at < count; at++)
    hashes[places[scratch[at] >> (32 - bucket_bits)]++] = scratch[at];
  for (int32_t at = 1; at < count; at++) {
    const uint32_t hash = hashes[at];
    int32_t to = at;
    for (; to > 0 && hashes[to - 1] > hash; to--) hashes[to] = hashes[to - 1];
    hashes[to] = hash;
  }
}

int32_t shingles_of(const uint32_t *words, int32_t count, uint32_t *shingles, uint32_t *scratch) {
  const int32_t found = hashes_of(words, count, shingles);
  if (found < few)
    order_few(shingles, found, scratch);
  else
    order_many(shingles, found, scratch);
  int32_t kept = 0;
  for (int32_t at = 0; at < found; at++)
    if (kept == 0 || shingles[at] != shingles[kept - 1]) shingles[kept++] = shingles[at];
  return kept < most_shingles ? kept : most_shingles;
}
