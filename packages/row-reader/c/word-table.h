/* Words of a text with their tokens, by open addressing. */
#ifndef LATHE_WORD_TABLE_H
#define LATHE_WORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Longer words hardly repeat, and would let one document fill the memory. */
enum { longest_kept = 64 };

/* Most words have no more tokens. */
enum { fast_tokens = 8 };

/*
 * A word is looked for, and put, in no more slots than so many from its place on: whoever sends words that all have one place makes them be
 * encoded again, as new words are, and nothing slower. By chance hardly any word finds them all taken.
 */
enum { most_probes = 32 };

/*
 * Where an entry is, as its number of 8 bytes; 0: there is none. Its word's 16 first bytes are there, those behind the word's end
 * 0, what more it has up to a multiple of 8, and its tokens.
 */
struct slot {
  uint32_t entry;
  uint16_t sign;
  uint8_t length, tokens;
};

struct word_table {
  struct slot *slots;
  uint32_t mask;
  uint64_t *entries;
  /* Numbers of 8 bytes. */
  uint32_t end, room;
  int32_t words, most_words;
};

/* What a word is looked up by: its first 16 bytes, and a hash of all of it. */
struct word_key {
  uint64_t first, second, hash;
};

bool word_table_open(struct word_table *self, int32_t most_words, int32_t most_bytes);
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

static inline uint16_t word_sign(const struct word_key *key) {
  return (uint16_t)(key->hash >> 24);
}

/* Numbers of 8 bytes that an entry's word takes. */
static inline uint32_t word_numbers(int32_t length) {
  return length <= 16 ? 2 : ((uint32_t)length + 7) / 8;
}

/* The slot of a word; NULL where it is not there. */
static inline const struct slot *word_find(
    const struct word_table *self, const struct word_key *key, const uint8_t *word,
    int32_t length) {
  const uint16_t sign = word_sign(key);
  const uint32_t place = word_place(self, key);
  for (uint32_t probe = 0; probe < most_probes; probe++) {
    const struct slot *slot = self->slots + ((place + probe) & self->mask);
    if (slot->entry == 0) return NULL;
    if (slot->sign != sign || slot->length != length) continue;
    const uint64_t *entry = self->entries + slot->entry;
    if (entry[0] != key->first || entry[1] != key->second) continue;
    if (length <= 16 || memcmp(entry + 2, word + 16, (size_t)length - 16) == 0) return slot;
  }
  return NULL;
}

/* Copies the tokens of a word to where there is room for so many, which is no less. */
static inline void word_copy_tokens(
    const struct word_table *self, const struct slot *slot, int32_t *out, int64_t room) {
  const uint64_t *tokens = self->entries + slot->entry + word_numbers(slot->length);
  /* A number of bytes that is known is copied faster, and what is behind the tokens is written over. */
  if (slot->tokens <= fast_tokens && room >= fast_tokens)
    memcpy(out, tokens, fast_tokens * sizeof *out);
  else
    memcpy(out, tokens, slot->tokens * sizeof *out);
}

static inline void word_prefetch_slot(
    const struct word_table *self, const struct word_key *key) {
  __builtin_prefetch(self->slots + word_place(self, key));
}

/* Asks for the entry of the first slot where the word may be. */
static inline void word_prefetch_entry(
    const struct word_table *self, const struct word_key *key) {
  __builtin_prefetch(self->entries + self->slots[word_place(self, key)].entry);
}

#endif
