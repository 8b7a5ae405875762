#include "byte-pairs.h"

#include <stdlib.h>
#include <string.h>

static const int32_t no_merge = INT32_MAX;

/* Where a merge is, or would be put. */
static struct merge *merge_of(const struct byte_pairs *self, int32_t left, int32_t right) {
  uint32_t at = (uint32_t)left * 0x9e3779b1u ^ (uint32_t)right * 0x85ebca6bu;
  at = (at ^ (at >> 15)) & self->mask;
  for (;; at = (at + 1) & self->mask) {
    struct merge *merge = self->merges + at;
    if (merge->left == -1 || (merge->left == left && merge->right == right)) return merge;
  }
}

static bool open_merges(struct byte_pairs *self, const int32_t *merges, int32_t count) {
  uint32_t size = 16;
  while (size < 2 * (uint32_t)count) size *= 2;
  self->mask = size - 1;
  self->merges = malloc(size * sizeof *self->merges);
  if (self->merges == NULL) return false;
  for (uint32_t at = 0; at < size; at++) self->merges[at] = (struct merge){-1, 0, no_merge, 0};
  for (int32_t rank = 0; rank < count; rank++) {
    const int32_t *merge = merges + 3 * (size_t)rank;
    if (merge[0] < 0 || merge[1] < 0 || merge[2] < 0) return false;
    /* A pair that is there twice has its last rank. */
    *merge_of(self, merge[0], merge[1]) = (struct merge){merge[0], merge[1], rank, merge[2]};
  }
  return true;
}

static void *copy_of(const void *from, size_t bytes) {
  void *copy = malloc(bytes + 1);
  if (copy != NULL && bytes > 0) memcpy(copy, from, bytes);
  return copy;
}

static bool open_whole(struct whole_words *self, const struct whole_words *from) {
  const size_t count = (size_t)from->count;
  const size_t bytes = count == 0 ? 0 : (size_t)from->ends[count - 1];
  self->count = from->count;
  self->bytes = copy_of(from->bytes, bytes);
  self->ends = copy_of(from->ends, count * sizeof *self->ends);
  self->tokens = copy_of(from->tokens, count * sizeof *self->tokens);
  for (size_t at = 0; at < count; at++)
    if (from->tokens[at] < 0) return false;
  return self->bytes != NULL && self->ends != NULL && self->tokens != NULL;
}

bool byte_pairs_open(
    struct byte_pairs *self, const int32_t *byte_tokens, const int32_t *merges, int32_t merge_count,
    const struct whole_words *whole) {
  *self = (struct byte_pairs){0};
  memcpy(self->byte_tokens, byte_tokens, sizeof self->byte_tokens);
  if (open_merges(self, merges, merge_count) && open_whole(&self->whole, whole)) return true;
  byte_pairs_close(self);
  return false;
}

void byte_pairs_close(struct byte_pairs *self) {
  free(self->merges);
  free((void *)self->whole.bytes);
  free((void *)self->whole.ends);
  free((void *)self->whole.tokens);
  *self = (struct byte_pairs){0};
}

static int32_t larger(int32_t one, int32_t other) {
  return one > other ? one : other;
}

int32_t byte_pairs_most_token(const struct byte_pairs *self) {
  int32_t most = 0;
  for (int at = 0; at < byte_count; at++) most = larger(most, self->byte_tokens[at]);
  for (uint32_t at = 0; at <= self->mask; at++)
    if (self->merges[at].left != -1) most = larger(most, self->merges[at].result);
  for (int32_t at = 0; at < self->whole.count; at++) most = larger(most, self->whole.tokens[at]);
  return most;
}

/* The token of a word that is one whatever the merges give; -1: it is none. */
static int32_t whole_token(
    const struct whole_words *self, const uint8_t *word, int32_t length) {
  int32_t first = 0, last = self->count;
  while (first < last) {
    const int32_t middle = first + (last - first) / 2;
    const int32_t from = middle == 0 ? 0 : self->ends[middle - 1];
    const int32_t size = self->ends[middle] - from;
    const int order = memcmp(self->bytes + from, word, (size_t)(size < length ? size : length));
    if (order == 0 && size == length) return self->tokens[middle];
    if (order < 0 || (order == 0 && size < length))
      first = middle + 1;
    else
      last = middle;
  }
  return -1;
}

/* The merges with the lowest rank first, and of those the leftmost; in place. */
static int32_t merge_all(const struct byte_pairs *self, int32_t *tokens, int32_t count) {
  /* The rank of each token with the one that follows it. */
  int32_t ranks[longest_merged];
  for (int32_t at = 0; at + 1 < count; at++)
    ranks[at] = merge_of(self, tokens[at], tokens[at + 1])->rank;
  for (;;) {
    int32_t best = no_merge;
    for (int32_t at = 0; at + 1 < count; at++) best = ranks[at] < best ? ranks[at] : best;
    if (best == no_merge) return count;
    int32_t at = 0;
    while (ranks[at] != best) at++;
    tokens[at] = merge_of(self, tokens[at], tokens[at + 1])->result;
    count--;
    const size_t moved = (size_t)(count - at - 1);
    memmove(tokens + at + 1, tokens + at + 2, moved * sizeof *tokens);
    if (moved > 0) memmove(ranks + at + 1, ranks + at + 2, (moved - 1) * sizeof *ranks);
    if (at > 0) ranks[at - 1] = merge_of(self, tokens[at - 1], tokens[at])->rank;
    if (moved > 0) ranks[at] = merge_of(self, tokens[at], tokens[at + 1])->rank;
  }
}

int32_t byte_pairs_encode(
    const struct byte_pairs *self, const uint8_t *word, int32_t length, int32_t *out) {
  if (length > longest_merged) return -1;
  const int32_t whole = whole_token(&self->whole, word, length);
  if (whole >= 0) {
    out[0] = whole;
    return 1;
  }
  for (int32_t at = 0; at < length; at++) {
    out[at] = self->byte_tokens[word[at]];
    if (out[at] < 0) return -1;
  }
  return merge_all(self, out, length);
}
