#include "word-hashes.h"

#include <stddef.h>

#include "characters.h"
#include "mix.h"

/* FNV-1a. */
static const uint32_t offset = 0x811c9dc5u, prime = 0x01000193u;

/* Few words are longer; of all others as many steps are made, since a step more costs less than a branch that is not foreseen. */
enum { usual_length = 10 };

static inline uint32_t hash_of(const uint8_t *word, int32_t length) {
  uint32_t hashes[usual_length + 1] = {offset};
  for (int at = 0; at < usual_length; at++) hashes[at + 1] = (hashes[at] ^ word[at]) * prime;
  if (length <= usual_length) return hashes[length];
  uint32_t hash = hashes[usual_length];
  for (int32_t at = usual_length; at < length; at++) hash = (hash ^ word[at]) * prime;
  return hash;
}

static uint32_t hash_of_units(const uint8_t *word, int32_t length, const uint16_t *units) {
  uint32_t hash = offset;
  for (int32_t at = 0; at < length; at++) hash = (hash ^ units[word[at]]) * prime;
  return hash;
}

int32_t word_hashes(const struct text *lower, struct runs *runs, const uint16_t *units, uint32_t *hashes) {
  int32_t words = 0, kept = 0;
  for (int32_t run = 0; run < runs->count; run++) {
    const int32_t start = runs->starts[run], end = runs->ends[run];
    const uint8_t *word = lower->bytes + start;
    const uint32_t hash = units == NULL ? hash_of(word, end - start) : hash_of_units(word, end - start, units);
    if ((kind_of(lower->bytes[start]) & is_sign) != 0 && !is_operator(lower, start, end)) continue;
    runs->starts[kept] = start;
    runs->ends[kept++] = end;
    hashes[words] = mix(hash);
    /* A word of that hash is taken for none. */
    words += hash != offset;
  }
  runs->count = kept;
  return words;
}
