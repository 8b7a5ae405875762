#include "words.h"

#include <stdlib.h>

#include "byte-pairs.h"
#include "cutters.h"
#include "word-table.h"

struct words {
  int32_t cutters[most_cutters], cutter_count;
  struct byte_pairs pairs;
  struct word_table table;
};

/* Numbers of the head of what words_open reads. */
enum { cutters_at, merges_at, whole_at, most_words_at, most_bytes_at, head_numbers };

static const int32_t most_merges = 1 << 24;

/* Whether as many numbers are there as the head says, and ends are in order. */
static bool is_whole(const int32_t *numbers, int64_t count, int64_t whole_bytes) {
  if (count < head_numbers || numbers[cutters_at] < 1 || numbers[cutters_at] > most_cutters)
    return false;
  if (numbers[merges_at] < 0 || numbers[merges_at] > most_merges || numbers[whole_at] < 0)
    return false;
  const int64_t fixed = head_numbers + numbers[cutters_at] + byte_count;
  const int64_t before = fixed + 3 * (int64_t)numbers[merges_at];
  if (count != before + 2 * (int64_t)numbers[whole_at]) return false;
  int64_t end = 0;
  for (int32_t at = 0; at < numbers[whole_at]; end = numbers[before + at++])
    if (numbers[before + at] < end || numbers[before + at] > whole_bytes) return false;
  return true;
}

words *words_open(const int32_t *numbers, int64_t count, const uint8_t *whole, int64_t whole_bytes) {
  if (!is_whole(numbers, count, whole_bytes)) return NULL;
  const int32_t *cutters = numbers + head_numbers;
  if (!are_cutters(cutters, numbers[cutters_at])) return NULL;
  const int32_t *byte_tokens = cutters + numbers[cutters_at];
  const int32_t *merges = byte_tokens + byte_count;
  const int32_t *ends = merges + 3 * (size_t)numbers[merges_at];
  const struct whole_words known = {whole, ends, ends + numbers[whole_at], numbers[whole_at]};
  words *self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->cutter_count = numbers[cutters_at];
  memcpy(self->cutters, cutters, (size_t)self->cutter_count * sizeof *cutters);
  if (byte_pairs_open(&self->pairs, byte_tokens, merges, numbers[merges_at], &known) &&
      word_table_open(
          &self->table, numbers[most_words_at], numbers[most_bytes_at], byte_pairs_most_token(&self->pairs)))
    return self;
  words_close(self);
  return NULL;
}

void words_close(words *self) {
  if (self == NULL) return;
  word_table_close(&self->table);
  byte_pairs_close(&self->pairs);
  free(self);
}

/* Writes the tokens of a word that is not in the table, and keeps them there; returns how many, or -1. */
static int32_t append_new(
    words *self, const uint8_t *word, int32_t length, const struct word_key *key, int32_t *out,
    int64_t room) {
  int32_t tokens[longest_merged];
  const int32_t count = byte_pairs_encode(&self->pairs, word, length, tokens);
  if (count < 0 || count > room) return -1;
  if (length <= longest_kept)
    word_table_keep(&self->table, key, word, length, tokens, count);
  memcpy(out, tokens, (size_t)count * sizeof *tokens);
  return count;
}

/* Words that are looked up together, while memory is waited for of as many that come next. */
enum { together = 16 };

struct group {
  int32_t count;
  int32_t ends[together];
  struct word_key keys[together];
};

/* Cuts the next words, which begin at `from`, makes their keys, and asks for what they are looked up in. */
static void prepare(
    const struct word_table *table, struct cut *cut, const uint8_t *text, int32_t from, int32_t length,
    struct group *group) {
  group->count = cut_next(cut, group->ends, together);
  for (int32_t at = 0, start = from; at < group->count; start = group->ends[at++]) {
    const int32_t size = group->ends[at] - start;
    if (size > longest_kept) continue;
    group->keys[at] = word_key_of(text + start, size, text + length);
    word_prefetch_slot(table, group->keys + at);
  }
}

int64_t words_append(
    words *self, const uint8_t *text, const uint8_t *shape, int32_t length, int32_t *out, int64_t room) {
  struct group groups[2];
  struct cut cut = cut_begin(shape, length, self->cutters, self->cutter_count);
  const struct word_table *table = &self->table;
  int64_t count = 0;
  prepare(table, &cut, text, 0, length, groups);
  for (int32_t from = 0, turn = 0; groups[turn].count > 0; turn = 1 - turn) {
    const struct group *group = groups + turn;
    prepare(table, &cut, text, group->ends[group->count - 1], length, groups + (1 - turn));
    for (int32_t at = 0; at < group->count; from = group->ends[at++]) {
      const uint8_t *word = text + from;
      const int32_t size = group->ends[at] - from;
      const struct word_key *key = group->keys + at;
      const struct slot *slot = size > longest_kept ? NULL : word_find(table, key, word, size);
      if (slot == NULL) {
        const int32_t added = append_new(self, word, size, key, out + count, room - count);
        if (added < 0) return -1;
        count += added;
      } else {
        if (slot->tokens > room - count) return -1;
        word_copy_tokens(table, slot, out + count, room - count);
        count += slot->tokens;
      }
    }
  }
  return count;
}
