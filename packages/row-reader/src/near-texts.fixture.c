/*
 * Looks for texts of a few bases among others of them, and ends with 1 where one that is near is not found, or one that is not.
 *
 *     near-texts.fixture <seed>
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near-texts.h"

enum { rounds = 300, most_texts = 40, most_length = 100, bases = 3, slots_length = 1 << 14, marks_length = 1 << 7 };

static uint32_t state;
static uint32_t draw(uint32_t below) {
  state = state * 1103515245u + 12345u;
  return (state >> 8) % below;
}

static int by_number(const void *a, const void *b) {
  const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
  return (one > other) - (one < other);
}

/* Shingles of texts end to end, of each in order, in memory of just that size, so that reading outside is seen. */
struct texts {
  uint32_t *shingles;
  int32_t *ends, count;
};

/* Most of the elements of one base, and a few of another; some that end alike. */
static struct texts drawn(int32_t count) {
  struct texts texts = {NULL, malloc((size_t)count * sizeof(int32_t)), count};
  int32_t end = 0;
  for (int32_t text = 0; text < count; text++) {
    texts.shingles = realloc(texts.shingles, (size_t)(end + most_length) * sizeof(uint32_t));
    const uint32_t base = draw(bases), length = draw(most_length), odd = draw(20);
    for (uint32_t at = 0; at < length; at++) {
      const uint32_t from = draw(100) < odd ? draw(bases) : base;
      texts.shingles[end++] = at % 3 == 0 ? (from * 1000 + at) << 20 : (from * 1000 + at) * 0x9e3779b1u;
    }
    qsort(texts.shingles + end - length, length, sizeof(uint32_t), by_number);
    texts.ends[text] = end;
  }
  texts.shingles = realloc(texts.shingles, (size_t)(end + 1) * sizeof(uint32_t));
  return texts;
}

static int32_t start_of(const struct texts *texts, int32_t text) { return text == 0 ? 0 : texts->ends[text - 1]; }

static int are_near(const struct texts *a, int32_t one, const struct texts *b, int32_t other) {
  int32_t shared = 0;
  const int32_t all = a->ends[one] - start_of(a, one) + b->ends[other] - start_of(b, other);
  for (int32_t i = start_of(a, one); i < a->ends[one]; i++)
    for (int32_t j = start_of(b, other); j < b->ends[other]; j++) shared += a->shingles[i] == b->shingles[j];
  return all > 0 && 5 * shared >= 4 * (all - shared);
}

static uint32_t slots[2 * slots_length], marks[marks_length], elements[slots_length];
static int32_t starts[slots_length + 1], entries[most_texts * most_length], compared[most_texts];
static int32_t element_count;

/* The number of a shingle in the order of coming, and what its rank is, too, which is as good as any. */
static int32_t number_of(uint32_t shingle) {
  int32_t number = 0;
  while (number < element_count && elements[number] != shingle) number++;
  if (number == element_count) elements[element_count++] = shingle;
  return number;
}

static void put(uint32_t shingle, uint32_t rank) {
  uint32_t place = shingle << 1 & (2 * slots_length - 1);
  while (slots[place + 1] != 0) place = (place + 2) & (2 * slots_length - 1);
  slots[place] = shingle;
  slots[place + 1] = rank + 1;
}

static int by_rank(const void *a, const void *b) {
  const int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;
  return (one > other) - (one < other);
}

static void keep(const struct texts *kept) {
  memset(slots, 0, sizeof slots);
  memset(marks, 0, sizeof marks);
  memset(compared, 0, sizeof compared);
  element_count = 0;
  static int32_t firsts[most_texts][most_length], counts[most_texts];
  for (int32_t text = 0; text < kept->count; text++) {
    const int32_t from = start_of(kept, text), count = kept->ends[text] - from;
    for (int32_t at = 0; at < count; at++) firsts[text][at] = number_of(kept->shingles[from + at]);
    qsort(firsts[text], (size_t)count, sizeof **firsts, by_rank);
    counts[text] = count == 0 ? 0 : count - (4 * count + 4) / 5 + 1;
  }
  int32_t entry = 0, rank = 0;
  for (int32_t number = 0; number < element_count; number++) {
    const uint32_t shingle = elements[number];
    starts[rank] = entry;
    for (int32_t text = kept->count - 1; text >= 0; text--)
      for (int32_t at = 0; at < counts[text]; at++)
        if (firsts[text][at] == number) entries[entry++] = text;
    const bool is_first = entry > starts[rank];
    marks[shingle / 16 & (marks_length - 1)] |= (is_first ? 3u : 1u) << 2 * (shingle % 16);
    if (is_first) put(shingle, (uint32_t)rank++);
  }
  starts[rank] = entry;
}

int main(int count, char **given) {
  if (count != 2) return 2;
  state = (uint32_t)strtoul(given[1], NULL, 10);
  int32_t near = 0;
  for (int round = 0; round < rounds; round++) {
    struct texts kept = drawn(1 + (int32_t)draw(most_texts)), rows = drawn(1 + (int32_t)draw(most_texts));
    keep(&kept);
    int32_t *found = malloc((size_t)rows.count * sizeof *found);
    const struct kept_texts texts = {marks, marks_length, slots, 2 * slots_length, starts, entries, kept.shingles, kept.ends, compared};
    int64_t work = 0;
    for (int32_t row = 0; row < rows.count; row++)
      found[row] = near_text(&texts, rows.shingles + start_of(&rows, row), rows.ends[row] - start_of(&rows, row), row + 1, &work);
    for (int32_t row = 0; row < rows.count; row++) {
      int is_near = 0;
      for (int32_t text = 0; text < kept.count; text++) is_near |= are_near(&kept, text, &rows, row);
      near += is_near;
      if (is_near ? found[row] < 0 || !are_near(&kept, found[row], &rows, row) : found[row] != -1) {
        printf("row %d of round %d is told to be near to %d\n", (int)row, round, (int)found[row]);
        return 1;
      }
    }
    free(found);
    free(kept.shingles);
    free(kept.ends);
    free(rows.shingles);
    free(rows.ends);
  }
  printf("%s\n", near > rounds ? "many are near" : "few are near");
  return 0;
}
