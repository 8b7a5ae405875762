#include "word-table.h"

#include <stdlib.h>

/* Slots of a table whose words are at most so many: half of them stay free. */
static uint32_t slots_for(int32_t words) {
  uint32_t count = 16;
  while (count < 2 * (uint32_t)words) count *= 2;
  return count;
}

/* Numbers of 8 bytes of an entry. */
static uint32_t entry_numbers(int32_t length, int32_t tokens) {
  return word_numbers(length) + ((uint32_t)tokens + 1) / 2;
}

bool word_table_open(struct word_table *self, int32_t most_words, int32_t most_bytes) {
  /* None is at 0. */
  const uint32_t first = 1, least = first + entry_numbers(longest_kept, longest_kept);
  if (most_words < 1 || most_words > 1 << 16) return false;
  if (most_bytes < (int32_t)least * 8 || most_bytes > 1 << 25) return false;
  const uint32_t slots = slots_for(most_words);
  *self = (struct word_table){.mask = slots - 1, .end = first, .most_words = most_words};
  self->room = (uint32_t)most_bytes / 8;
  self->slots = calloc(slots, sizeof *self->slots);
  /* Behind the last entry is what is copied with its tokens. */
  self->entries = calloc(self->room + fast_tokens, sizeof *self->entries);
  if (self->slots != NULL && self->entries != NULL) return true;
  word_table_close(self);
  return false;
}

void word_table_close(struct word_table *self) {
  free(self->slots);
  free(self->entries);
  *self = (struct word_table){0};
}

void word_table_keep(
    struct word_table *self, const struct word_key *key, const uint8_t *word, int32_t length,
    const int32_t *tokens, int32_t count) {
  const uint32_t numbers = entry_numbers(length, count);
  if (self->words == self->most_words || numbers > self->room - self->end) {
    memset(self->slots, 0, ((size_t)self->mask + 1) * sizeof *self->slots);
    self->words = 0;
    self->end = 1;
  }
  uint32_t place = word_place(self, key), probe = 0;
  while (probe < most_probes && self->slots[(place + probe) & self->mask].entry != 0) probe++;
  if (probe < most_probes) place = (place + probe) & self->mask;
  uint64_t *entry = self->entries + self->end;
  entry[0] = key->first;
  entry[1] = key->second;
  if (length > 16) memcpy(entry + 2, word + 16, (size_t)length - 16);
  memcpy(entry + word_numbers(length), tokens, (size_t)count * sizeof *tokens);
  self->slots[place] = (struct slot){
      .entry = self->end, .sign = word_sign(key), .length = (uint8_t)length, .tokens = (uint8_t)count};
  self->end += numbers;
  self->words++;
}
