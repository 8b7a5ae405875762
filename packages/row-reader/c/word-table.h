/* Words of a text with their tokens, by open addressing. */
#ifndef LATHE_WORD_TABLE_H
#define LATHE_WORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Longer words hardly repeat, and would let one document fill the memory. */
enum { longest_kept = 64 };

/* Most words have no more tokens, and no more bytes: what they are is in their slots. */
enum { narrow_tokens = 6, wide_tokens = 3, own_bytes = 16 };

/*
 * A word is looked for, and put, in no more slots than so many from its place on: whoever sends words that all have one place makes them be
 * encoded again, as new words are, and nothing slower. By chance hardly any word finds them all taken.
 */
enum { most_probes = 32 };

/*
 * A word's first 16 bytes, those behind its end 0, and its tokens, all in half of a line of the cache. Of a word of more of either it has
 * where its entry is, as its number of 8 bytes: there is what more it has, up to a multiple of 8, and its tokens.
 */
struct slot {
  uint64_t first, second;
  union {
    uint16_t narrow[narrow_tokens];
    int32_t wide[wide_tokens];
    uint32_t entry;
  };
  /* 0: there is no word. */
  uint8_t length;
  uint8_t tokens;
  bool has_entry;
};

_Static_assert(sizeof(struct slot) == 32, "two slots are a line of the cache");

struct word_table {
  struct slot *slots;
  uint32_t mask;
  uint64_t *entries;
  /* Whether there are tokens of more than 16 bits. */
  bool is_wide;
  /* Numbers of 8 bytes. */
  uint32_t end, room;
  int32_t words, most_words;
};

/* What a word is looked up by: its first 16 bytes, and a hash of all of it. */
struct word_key {
  uint64_t first, second, hash;
};

/* `most_token`: none is larger. */
bool word_table_open(struct word_table *self, int32_t most_words, int32_t most_bytes, int32_t most_token);
void word_table_close(struct word_table *self);

/*
 * Keeps the tokens of a word that is not there, of at most `longest_kept` bytes; where its slots are all taken another word is forgotten, and a full
 * table starts again.
 */
void word_table_keep(
    struct word_table *self, const struct word_key *key, const uint8_t *word, int32_t length,
    const int32_t *tokens, int32_t count);

static inline uint64_t word_bytes(const uint8_t *from, int32_t count, const uint8_t *readable_end) {
  uint64_t bytes = 0;
  if (readable_end - from >= 8)
    memcpy(&bytes, from, 8);
  else
    memcpy(&bytes, from, (size_t)count);
  /* The first byte is the lowest one, so that those behind the word are the highest. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  bytes = __builtin_bswap64(bytes);
#endif
  return bytes & (~(uint64_t)0 >> (64 - 8 * count));
}

static inline uint64_t word_mix(uint64_t hash) {
  return (hash ^ (hash >> 29)) * 0x9e3779b97f4a7c15u;
}

/* `readable_end`: where the text ends that the word is of. */
static inline struct word_key word_key_of(
    const uint8_t *word, int32_t length, const uint8_t *readable_end) {
  struct word_key key = {0, 0, 0};
  key.first = word_bytes(word, length < 8 ? length : 8, readable_end);
  key.hash = word_mix(key.first + (uint64_t)length);
  if (length <= 8) return key;
  key.second = word_bytes(word + 8, length < 16 ? length - 8 : 8, readable_end);
  key.hash = word_mix(key.hash ^ key.second);
  for (int32_t at = 16; at < length; at += 8) {
    const int32_t count = length - at < 8 ? length - at : 8;
    key.hash = word_mix(key.hash ^ word_bytes(word + at, count, readable_end));
  }
  return key;
}

static inline uint32_t word_place(const struct word_table *self, const struct word_key *key) {
  return (uint32_t)(key->hash >> 40) & self->mask;
}

/* Numbers of 8 bytes that an entry's word takes. */
static inline uint32_t word_numbers(int32_t length) {
  return length <= own_bytes ? 0 : ((uint32_t)(length - own_bytes) + 7) / 8;
}

/* The slot of a word; NULL where it is not there. */
static inline const struct slot *word_find(
    const struct word_table *self, const struct word_key *key, const uint8_t *word,
    int32_t length) {
  const uint32_t place = word_place(self, key);
  for (uint32_t probe = 0; probe < most_probes; probe++) {
    const struct slot *slot = self->slots + ((place + probe) & self->mask);
    if (slot->length == 0) return NULL;
    if (slot->first != key->first || slot->second != key->second || slot->length != length) continue;
    if (length <= own_bytes) return slot;
    if (memcmp(self->entries + slot->entry, word + own_bytes, (size_t)(length - own_bytes)) == 0) return slot;
  }
  return NULL;
}

/* Copies the tokens of a word to where there is room for so many, which is no less. */
static inline void word_copy_tokens(
    const struct word_table *self, const struct slot *slot, int32_t *out, int64_t room) {
  if (slot->has_entry) {
    memcpy(out, self->entries + slot->entry + word_numbers(slot->length), slot->tokens * sizeof *out);
    return;
  }
  /* A number of tokens that is known is copied faster, and what is behind the tokens is written over. */
  const int32_t most = self->is_wide ? wide_tokens : narrow_tokens;
  const int32_t count = room >= most ? most : slot->tokens;
  if (self->is_wide)
    memcpy(out, slot->wide, (size_t)count * sizeof *out);
  else
    for (int32_t at = 0; at < count; at++) out[at] = slot->narrow[at];
}

static inline void word_prefetch_slot(
    const struct word_table *self, const struct word_key *key) {
  __builtin_prefetch(self->slots + word_place(self, key));
}

#endif
