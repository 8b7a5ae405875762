/*
 * Keeps and looks up words that all have one place in the table, while of its slots only few from there on may be touched: what else is
 * read ends the program. They have tokens of 16 bits and then larger ones, few and many. Ends with a sentence and 1 at the first word whose tokens are
 * others.
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "word-table.h"

enum { most_words = 1000, size = 8, colliding = 400, wanted = 300, touched = 64, most_tokens = 9 };

/* The next word after `*number` others whose place is the wanted one. */
static struct word_key next_word(const struct word_table *table, uint32_t *number, uint8_t *word) {
  for (;;) {
    uint32_t left = (*number)++;
    for (int at = 0; at < size; at++, left /= 26) word[at] = (uint8_t)('a' + left % 26);
    const struct word_key key = word_key_of(word, size, word + size);
    if (word_place(table, &key) == wanted) return key;
  }
}

/* Tokens of a word up to the largest, and how many there are. */
static int32_t tokens_of(int32_t word, int32_t most_token, int32_t *tokens) {
  for (int32_t at = 0; at < most_tokens; at++) tokens[at] = most_token - (word + at) % 300;
  return 1 + word % most_tokens;
}

/* Whether a word's tokens are there, where there is room for no more and where there is some. */
static bool is_found(
    const struct word_table *table, const struct word_key *key, const uint8_t *word, const int32_t *tokens, int32_t count) {
  const struct slot *slot = word_find(table, key, word, size);
  if (slot == NULL || slot->tokens != count) return false;
  for (int32_t room = count; room <= most_tokens + count; room += most_tokens) {
    int32_t *found = malloc((size_t)room * sizeof *found);
    word_copy_tokens(table, slot, found, room);
    const bool is_right = memcmp(found, tokens, (size_t)count * sizeof *tokens) == 0;
    free(found);
    if (!is_right) return false;
  }
  return true;
}

/* Returns what the program ends with. */
static int check(int32_t most_token) {
  struct word_table table;
  if (!word_table_open(&table, most_words, 1 << 20, most_token)) return 2;
  __asan_poison_memory_region(table.slots, wanted * sizeof *table.slots);
  __asan_poison_memory_region(
      table.slots + wanted + touched, (table.mask + 1 - wanted - touched) * sizeof *table.slots);
  int kept = 0;
  for (int round = 0; round < 2; round++) {
    uint32_t number = 0;
    for (int32_t at = 0; at < colliding; at++) {
      uint8_t word[size];
      int32_t tokens[most_tokens];
      const int32_t count = tokens_of(at, most_token, tokens);
      const struct word_key key = next_word(&table, &number, word);
      if (word_find(&table, &key, word, size) == NULL) {
        word_table_keep(&table, &key, word, size, tokens, count);
        kept++;
      }
      if (is_found(&table, &key, word, tokens, count)) continue;
      printf("word %d has other tokens\n", (int)at);
      return 1;
    }
  }
  __asan_unpoison_memory_region(table.slots, (table.mask + 1) * sizeof *table.slots);
  word_table_close(&table);
  return kept < colliding;
}

int main(void) {
  const int narrow = check(UINT16_MAX);
  return narrow != 0 ? narrow : check(1 << 18);
}
