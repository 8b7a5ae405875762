#include "runs.h"

/* Where runs begin and end among 64 characters, an end being the place behind it. */
struct edges {
  uint64_t starts, ends;
};

/* `last` tells whether the character before is in a run. */
static inline struct edges edges_of(uint64_t bits, uint64_t *last) {
  const uint64_t before = bits << 1 | *last;
  *last = bits >> 63;
  return (struct edges){bits & ~before, before & ~bits};
}

static inline int32_t *write_places(uint64_t bits, int64_t number, int32_t *places) {
  for (; bits != 0; bits &= bits - 1) *places++ = (int32_t)(64 * number) + __builtin_ctzll(bits);
  return places;
}

void find_runs(const struct character_bits *bits, int32_t length, struct runs *runs) {
  int32_t *starts = runs->starts, *ends = runs->ends;
  uint64_t last_word = 0, last_sign = 0;
  for (int64_t number = 0; number < bit_numbers(length); number++) {
    const struct edges word = edges_of(bits->words[number], &last_word);
    const struct edges sign = edges_of(bits->signs[number], &last_sign);
    starts = write_places(word.starts | sign.starts, number, starts);
    ends = write_places(word.ends | sign.ends, number, ends);
  }
  if ((last_word | last_sign) != 0) *ends = length;
  runs->count = (int32_t)(starts - runs->starts);
}

void find_pieces(const struct character_bits *bits, int32_t length, struct runs *pieces) {
  int32_t *starts = pieces->starts, *ends = pieces->ends;
  uint64_t last = 0;
  for (int64_t number = 0; number < bit_numbers(length); number++) {
    const struct edges edges = edges_of(bits->shown[number], &last);
    starts = write_places(edges.starts, number, starts);
    ends = write_places(edges.ends, number, ends);
  }
  if (last != 0) *ends = length;
  pieces->count = (int32_t)(starts - pieces->starts);
}
