/*
 * Checks as many random calls of each kernel as it is told. Ends with a sentence and 1 at the first that is wrong.
 *
 *     fuzz.fixture <seed> <calls>
 */
#include "fuzz.fixture.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "instruction-set.h"

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
size_t below(size_t end) { return (size_t)(next() % end); }

float *numbers(size_t count) {
  float *made = malloc(count * sizeof(float));
  if (made == NULL) exit(2);
  for (size_t at = 0; at < count; at++) made[at] = (float)((double)next() / 9223372036854775808.0 - 1.0);
  return made;
}

void spoil(float *values, size_t count) {
  static const float rare[] = {INFINITY, -INFINITY, NAN, 1e-42f, -1e-42f, 0.0f, -0.0f};
  const size_t times = 1 + below(3);
  for (size_t at = 0; at < times; at++) values[below(count)] = rare[below(sizeof rare / sizeof rare[0])];
}

static void each_backwards(void *self, void (*task)(void *, size_t), size_t count, void *data) {
  (void)self;
  for (size_t index = count; index > 0; index--) task(data, index - 1);
}
struct threads threads_of(size_t count) { return (struct threads){NULL, count, each_backwards}; }

int main(int count, char **given) {
  if (count != 3) return 2;
  state = strtoull(given[1], NULL, 10) * 2654435769u + 1;
  const long calls = strtol(given[2], NULL, 10);
  for (long at = 0; at < calls; at++)
    if (check_product() != 0 || check_gate() != 0) return 1;
  printf("%ld calls of each with %s\n", calls, lathe_kernels_choose(""));
  return 0;
}
