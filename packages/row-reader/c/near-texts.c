#include "near-texts.h"

#include <stdbool.h>

#include "shingles.h"

/* Two sets are near where 5 · |a ∩ b| ≥ 4 · |a ∪ b|, so that the smaller has four fifths of the larger. */
static bool may_be_near(int32_t a, int32_t b) {
  return 5 * (a < b ? a : b) >= 4 * (a < b ? b : a);
}

/* Elements that are compared before it is asked whether enough can be in common yet. */
enum { stride = 16 };

static bool are_near(const uint32_t *a, int32_t a_count, const uint32_t *b, int32_t b_count, int64_t *work) {
  /* From |a ∪ b| = |a| + |b| - |a ∩ b|. */
  const int32_t least = (4 * (a_count + b_count) + 8) / 9;
  int32_t shared = 0;
  for (int32_t i = 0, j = 0; i < a_count && j < b_count;) {
    const int32_t left = a_count - i, right = b_count - j;
    *work += stride;
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

/* What each shingle has in `marks`. */
enum { is_known = 1, has_entries = 2, mark_bits = 2, marks_of_number = 16 };

static inline uint32_t mark_of(const struct kept_texts *kept, uint32_t shingle) {
  const uint32_t marks = kept->marks[shingle / marks_of_number & (kept->marks_length - 1)];
  return marks >> mark_bits * (shingle % marks_of_number) & (is_known | has_entries);
}

/* Places of the table that are asked for ahead. */
enum { ahead = 16 };

static inline uint32_t home_of(const struct kept_texts *kept, uint32_t shingle) {
  return shingle << 1 & (kept->slots_length - 1);
}

/* Writes those that may have entries, and returns how many they are; adds to `unknown` those that are not known, and stops behind the last that may be. */
static int32_t find_likely(const struct kept_texts *kept, const uint32_t *shingles, int32_t count, int32_t most_unknown, uint32_t *likely,
                           int32_t *unknown) {
  int32_t found = 0;
  for (int32_t at = 0; at < count && *unknown <= most_unknown; at++) {
    const uint32_t mark = mark_of(kept, shingles[at]);
    likely[found] = shingles[at];
    found += (mark & has_entries) != 0;
    *unknown += mark == 0;
  }
  return found;
}

/* Writes the ranks of those that have entries. Whoever sends shingles that all have one place makes each be looked for at many. */
static int32_t find_ranks(const struct kept_texts *kept, const uint32_t *likely, int32_t count, int32_t *ranks, int64_t *work) {
  int32_t found = 0;
  for (int32_t at = 0; at < count && at < ahead; at++) __builtin_prefetch(kept->slots + home_of(kept, likely[at]));
  for (int32_t at = 0; at < count; at++) {
    if (at + ahead < count) __builtin_prefetch(kept->slots + home_of(kept, likely[at + ahead]));
    uint32_t place = home_of(kept, likely[at]);
    for (; kept->slots[place + 1] != 0 && kept->slots[place] != likely[at]; place = (place + 2) & (kept->slots_length - 1)) ++*work;
    ranks[found] = (int32_t)kept->slots[place + 1] - 1;
    found += ranks[found] >= 0;
  }
  return found;
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

/* Texts that are compared one after another, once the first of their shingles are asked for. */
enum { most_waiting = 32, line_numbers = 16 };

struct waiting {
  int32_t count;
  int32_t texts[most_waiting];
};

static inline int32_t start_of(const struct kept_texts *kept, int32_t text) {
  return text == 0 ? 0 : kept->ends[text - 1];
}

/* The first of those that wait that is near, or -1; none waits any more. */
static int32_t compare(const struct kept_texts *kept, struct waiting *waiting, const uint32_t *shingles, int32_t count, int64_t *work) {
  const int32_t texts = waiting->count;
  waiting->count = 0;
  for (int32_t at = 0; at < texts; at++) {
    const int32_t text = waiting->texts[at], from = start_of(kept, text);
    if (are_near(shingles, count, kept->shingles + from, kept->ends[text] - from, work)) return text;
  }
  return -1;
}

int32_t near_text(const struct kept_texts *kept, const uint32_t *shingles, int32_t count, int32_t look, int64_t *work) {
  if (count == 0) return -1;
  /* Those among which a near duplicate has one too. */
  const int32_t first = count - (4 * count + 4) / 5 + 1;
  uint32_t likely[most_shingles];
  int32_t ranks[most_shingles], unknown = 0;
  const int32_t likely_count = find_likely(kept, shingles, count, first - 1, likely, &unknown);
  *work += count;
  if (unknown >= first || likely_count == 0) return -1;
  const int32_t found = find_ranks(kept, likely, likely_count, ranks, work);
  /* What follows the first ones can be near to none; those that are known without entries are among them or not. */
  const int32_t limit = limit_of(first - unknown, ranks, found, highest(ranks, found) + 1);
  const int32_t ordered = order_below(limit, ranks, found);
  for (int32_t at = 0; at < ordered; at++) __builtin_prefetch(kept->starts + ranks[at]);
  for (int32_t at = 0; at < ordered; at++) __builtin_prefetch(kept->entries + kept->starts[ranks[at]]);
  struct waiting waiting = {0};
  for (int32_t at = 0; at < ordered; at++) {
    const int32_t end = kept->starts[ranks[at] + 1];
    *work += end - kept->starts[ranks[at]];
    for (int32_t entry = kept->starts[ranks[at]]; entry < end; entry++) {
      const int32_t text = kept->entries[entry];
      if (kept->compared[text] == look) continue;
      kept->compared[text] = look;
      const int32_t from = start_of(kept, text), length = kept->ends[text] - from;
      if (!may_be_near(count, length)) continue;
      for (int32_t line = 0; line < 3 * line_numbers && line < length; line += line_numbers) __builtin_prefetch(kept->shingles + from + line);
      waiting.texts[waiting.count++] = text;
      if (waiting.count < most_waiting) continue;
      const int32_t near = compare(kept, &waiting, shingles, count, work);
      if (near >= 0) return near;
    }
  }
  return compare(kept, &waiting, shingles, count, work);
}
