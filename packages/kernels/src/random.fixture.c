#include "random.fixture.h"

#include <math.h>
#include <stdlib.h>

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
void seed(uint64_t given) { state = given * 2654435769u + 1; }
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
