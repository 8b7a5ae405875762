#include "scratch.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* The capacity stands before the numbers. */
enum { alignment = 64 };

static _Atomic(void *) kept;

static void use(struct scratch *scratch, void *block) {
  scratch->numbers = (float *)((char *)block + alignment);
  scratch->capacity = *(size_t *)block;
}

bool scratch_take(struct scratch *scratch, size_t count) {
  void *block = atomic_exchange(&kept, NULL);
  if (block != NULL && *(size_t *)block >= count) {
    use(scratch, block);
    return true;
  }
  free(block);
  if (count > SIZE_MAX / sizeof(float) / 2) return false;
  const size_t bytes = (count * sizeof(float) / alignment + 2) * alignment;
  block = aligned_alloc(alignment, bytes);
  if (block == NULL) return false;
  *(size_t *)block = count;
  use(scratch, block);
  return true;
}

void scratch_give_back(struct scratch *scratch) {
  void *block = (char *)scratch->numbers - alignment;
  free(atomic_exchange(&kept, block));
}
