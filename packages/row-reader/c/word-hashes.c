#include "word-hashes.h"

#include "characters.h"
#include "mix.h"

/* FNV-1a. */
static const uint32_t offset = 0x811c9dc5u, prime = 0x01000193u;

int32_t word_hashes(const struct text *text, uint32_t *hashes) {
  const uint8_t *bytes = text->bytes;
  int32_t count = 0;
  uint32_t hash = offset;
  for (int32_t at = 0; at < text->length; at++) {
    const uint8_t kind = kind_of(bytes[at]);
    if (kind & is_of_word) {
      hash = (hash ^ (bytes[at] | (kind & is_upper))) * prime;
      continue;
    }
    if (hash != offset) hashes[count++] = mix(hash);
    hash = offset;
    if ((kind & is_sign) == 0) continue;
    const int32_t start = at;
    uint32_t signs = (offset ^ bytes[at]) * prime;
    for (; at + 1 < text->length && (kind_of(bytes[at + 1]) & is_sign) != 0; at++)
      signs = (signs ^ bytes[at + 1]) * prime;
    if (is_operator(text, start, at + 1)) hashes[count++] = mix(signs);
  }
  if (hash != offset) hashes[count++] = mix(hash);
  return count;
}
