#include "near-texts.h"

#include <stdbool.h>

#include "shingles.h"

/* Elements with entries have this bit in their number, beside their rank. */
enum { has_entries = 1 << 30 };

/* Two sets are near where 5 · |a ∩ b| ≥ 4 · |a ∪ b|, so that the smaller has four fifths of the larger. */
static bool may_be_near(int32_t a, int32_t b) {
  return 5 * (a < b ? a : b) >= 4 * (a < b ? b : a);
}

/* Elements that are compared before it is asked whether enough can be in common yet. */
enum { stride = 16 };

static bool are_near(const uint32_t *a, int32_t a_count, const uint32_t *b, int32_t b_count) {
  /* From |a ∪ b| = |a| + |b| - |a ∩ b|. */
  const int32_t least = (4 * (a_count + b_count) + 8) / 9;
  int32_t shared = 0;
  for (int32_t i = 0, j = 0; i < a_count && j < b_count;) {
    const int32_t left = a_count - i, right = b_count - j;
    if (shared + (left < right ? left : right) < least) return false;
    for (int step = 0; step < stride && i < a_count && j < b_count; step++) {
      const uint32_t one = a[i], other = b[j];
      shared += one == other;
      i += one <= other;
      j += other <= one;
    }
  }
  return shared >= least;
}

/* What is known of the shingles of a row. */
struct known {
  int32_t count, with_entries;
  int32_t ranks[most_shingles], entered[most_shingles];
};

/* Places of the table that are asked for ahead. */
enum { ahead = 8 };

static inline void fetch(const uint32_t *address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#else
  (void)address;
#endif
}

static inline uint32_t home_of(const struct kept_texts *kept, uint32_t shingle) {
  return shingle << 1 & (kept->slots_length - 1);
}

/* Looks all shingles up; false where more are not known than may be. */
static bool find_known(const struct kept_texts *kept, const uint32_t *shingles, int32_t count, int32_t most_unknown,
                       struct known *known) {
  uint32_t likely[most_shingles];
  int32_t likely_count = 0;
  for (int32_t at = 0; at < count; at++) {
    const uint32_t shingle = shingles[at];
    likely[likely_count] = shingle;
    likely_count += (int32_t)(kept->bits[shingle >> 5 & (kept->bits_length - 1)] >> (shingle & 31) & 1);
    if (at - likely_count >= most_unknown) return false;
  }
  for (int32_t at = 0; at < likely_count && at < ahead; at++) fetch(kept->slots + home_of(kept, likely[at]));
  known->count = known->with_entries = 0;
  for (int32_t at = 0; at < likely_count; at++) {
    if (at + ahead < likely_count) fetch(kept->slots + home_of(kept, likely[at + ahead]));
    uint32_t place = home_of(kept, likely[at]);
    while (kept->slots[place + 1] != 0 && kept->slots[place] != likely[at]) place = (place + 2) & (kept->slots_length - 1);
    const int32_t number = (int32_t)kept->slots[place + 1] - 1;
    if (number < 0) continue;
    const int32_t rank = number & ~has_entries;
    known->ranks[known->count++] = rank;
    known->entered[known->with_entries] = rank;
    known->with_entries += (number & has_entries) != 0;
  }
  return count - known->count <= most_unknown;
}

static int32_t lower_than(int32_t rank, const int32_t *ranks, int32_t count) {
  int32_t lower = 0;
  for (int32_t at = 0; at < count; at++) lower += ranks[at] < rank;
  return lower;
}

/* A rank that at least so many of them are lower than, and no lower one is; `most` where there are fewer below that. */
static int32_t limit_of(int32_t wanted, const int32_t *ranks, int32_t count, int32_t most) {
  if (lower_than(most, ranks, count) <= wanted) return most;
  int32_t low = 0, high = most;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    if (lower_than(middle, ranks, count) < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return high;
}

/* Keeps those below the limit, in order, and returns how many there are. */
static int32_t order_below(int32_t limit, int32_t *ranks, int32_t count) {
  int32_t kept = 0;
  for (int32_t at = 0; at < count; at++) {
    const int32_t rank = ranks[at];
    if (rank >= limit) continue;
    int32_t to = kept++;
    for (; to > 0 && ranks[to - 1] > rank; to--) ranks[to] = ranks[to - 1];
    ranks[to] = rank;
  }
  return kept;
}

static int32_t highest(const int32_t *ranks, int32_t count) {
  int32_t most = -1;
  for (int32_t at = 0; at < count; at++) most = ranks[at] > most ? ranks[at] : most;
  return most;
}

static int32_t near_of(const struct kept_texts *kept, const uint32_t *shingles, int32_t count, int32_t look) {
  if (count == 0) return -1;
  /* Those among which a near duplicate has one too. */
  const int32_t first = count - (4 * count + 4) / 5 + 1;
  struct known known;
  if (!find_known(kept, shingles, count, first - 1, &known)) return -1;
  const int32_t last = first - (count - known.count);
  /* What follows the first ones can be near to none. */
  const int32_t limit = limit_of(last, known.ranks, known.count, highest(known.entered, known.with_entries) + 1);
  const int32_t ranks = order_below(limit, known.entered, known.with_entries);
  for (int32_t at = 0; at < ranks; at++)
    for (int32_t entry = kept->heads[known.entered[at]]; entry > 0; entry = kept->entries[2 * entry + 1]) {
      const int32_t text = kept->entries[2 * entry];
      if (kept->compared[text] == look) continue;
      kept->compared[text] = look;
      const int32_t from = text == 0 ? 0 : kept->ends[text - 1], length = kept->ends[text] - from;
      if (may_be_near(count, length) && are_near(shingles, count, kept->shingles + from, length)) return text;
    }
  return -1;
}

EXPORTED int32_t lathe_rows_near(const uint32_t *slots, uint32_t slots_length, const uint32_t *bits, uint32_t bits_length,
                                 const int32_t *heads, const int32_t *entries, const uint32_t *kept, const int32_t *kept_ends,
                                 int32_t *compared, const uint32_t *shingles, const int32_t *ends, int32_t rows, int32_t look,
                                 int32_t *found) {
  const struct kept_texts texts = {slots, slots_length, bits, bits_length, heads, entries, kept, kept_ends, compared};
  for (int32_t row = 0, from = 0; row < rows; from = ends[row++]) {
    if (ends[row] - from > most_shingles) return -1;
    found[row] = near_of(&texts, shingles + from, ends[row] - from, look + row);
  }
  return 0;
}
