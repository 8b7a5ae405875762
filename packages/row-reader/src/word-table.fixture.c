/*
 * Keeps and looks up words that all have one place in the table, while of its slots only few from there on may be touched: what else is
 * read ends the program. Ends with a sentence and 1 at the first word whose tokens are others.
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <string.h>

#include "word-table.h"

enum { most_words = 1000, size = 8, colliding = 400, wanted = 300, touched = 64 };

/* The next word after `*number` others whose place is the wanted one. */
static struct word_key next_word(const struct word_table *table, uint32_t *number, uint8_t *word) {
  for (;;) {
    uint32_t left = (*number)++;
    for (int at = 0; at < size; at++, left /= 26) word[at] = (uint8_t)('a' + left % 26);
    const struct word_key key = word_key_of(word, size, word + size);
    if (word_place(table, &key) == wanted) return key;
  }
}

static bool is_found(const struct word_table *table, const struct word_key *key, const uint8_t *word, const int32_t *tokens) {
  int32_t found[fast_tokens];
  const struct slot *slot = word_find(table, key, word, size);
  if (slot == NULL || slot->tokens != 2) return false;
  word_copy_tokens(table, slot, found, fast_tokens);
  return memcmp(found, tokens, 2 * sizeof *tokens) == 0;
}

int main(void) {
  struct word_table table;
  if (!word_table_open(&table, most_words, 1 << 20)) return 2;
  __asan_poison_memory_region(table.slots, wanted * sizeof *table.slots);
  __asan_poison_memory_region(
      table.slots + wanted + touched, (table.mask + 1 - wanted - touched) * sizeof *table.slots);
  int kept = 0;
  for (int round = 0; round < 2; round++) {
    uint32_t number = 0;
    for (int32_t at = 0; at < colliding; at++) {
      uint8_t word[size];
      const int32_t tokens[] = {at, at + 1};
      const struct word_key key = next_word(&table, &number, word);
      if (word_find(&table, &key, word, size) == NULL) {
        word_table_keep(&table, &key, word, size, tokens, 2);
        kept++;
      }
      if (is_found(&table, &key, word, tokens)) continue;
      printf("word %d has other tokens\n", (int)at);
      return 1;
    }
  }
  __asan_unpoison_memory_region(table.slots, (table.mask + 1) * sizeof *table.slots);
  word_table_close(&table);
  return kept < colliding;
}
