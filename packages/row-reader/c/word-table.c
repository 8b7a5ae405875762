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

static void forget_words(struct word_table *self) {
  memset(self->slots, 0, ((size_t)self->mask + 1) * sizeof *self->slots);
  self->words = 0;
  self->end = 0;
}

bool word_table_open(struct word_table *self, int32_t most_words, int32_t most_bytes, int32_t most_token) {
  if (most_words < 1 || most_words > 1 << 16) return false;
  if (most_bytes < (int32_t)entry_numbers(longest_kept, longest_kept) * 8 || most_bytes > 1 << 25) return false;
  const uint32_t slots = slots_for(most_words);
  *self = (struct word_table){.mask = slots - 1, .most_words = most_words, .is_wide = most_token > UINT16_MAX};
  self->room = (uint32_t)most_bytes / 8;
  self->slots = aligned_alloc(2 * sizeof *self->slots, slots * sizeof *self->slots);
  self->entries = malloc(self->room * sizeof *self->entries);
  if (self->slots != NULL && self->entries != NULL) {
    forget_words(self);
    return true;
  }
  word_table_close(self);
  return false;
}

void word_table_close(struct word_table *self) {
  free(self->slots);
  free(self->entries);
  *self = (struct word_table){0};
}

/* Puts the tokens of a word where there is room for so many. */
static void keep_tokens(const struct word_table *self, struct slot *slot, const int32_t *tokens, int32_t count) {
  if (self->is_wide)
    memcpy(slot->wide, tokens, (size_t)count * sizeof *tokens);
  else
    for (int32_t at = 0; at < count; at++) slot->narrow[at] = (uint16_t)tokens[at];
}

void word_table_keep(
    struct word_table *self, const struct word_key *key, const uint8_t *word, int32_t length,
    const int32_t *tokens, int32_t count) {
  const bool has_entry = length > own_bytes || count > (self->is_wide ? wide_tokens : narrow_tokens);
  const uint32_t numbers = has_entry ? entry_numbers(length, count) : 0;
  if (self->words == self->most_words || numbers > self->room - self->end) forget_words(self);
  uint32_t place = word_place(self, key), probe = 0;
  while (probe < most_probes && self->slots[(place + probe) & self->mask].length != 0) probe++;
  if (probe < most_probes) place = (place + probe) & self->mask;
  struct slot *slot = self->slots + place;
  *slot = (struct slot){
      .first = key->first, .second = key->second, .length = (uint8_t)length, .tokens = (uint8_t)count, .has_entry = has_entry};
  self->words++;
  if (!has_entry) {
    keep_tokens(self, slot, tokens, count);
    return;
  }
  uint64_t *entry = self->entries + self->end;
  if (length > own_bytes) memcpy(entry, word + own_bytes, (size_t)(length - own_bytes));
  memcpy(entry + word_numbers(length), tokens, (size_t)count * sizeof *tokens);
  slot->entry = self->end;
  self->end += numbers;
}
