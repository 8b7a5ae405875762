#include "instruction-set.h"

#include <stdatomic.h>
#include <string.h>

#include "exported.h"

static const struct instruction_set *const widest_first[] = {
#if defined(__x86_64__)
    &instruction_set_avx512,
    &instruction_set_avx2,
#elif defined(__aarch64__)
    &instruction_set_neon,
#endif
    &instruction_set_plain,
};

static _Atomic(const struct instruction_set *) chosen;

static const struct instruction_set *find(const char *name) {
  for (size_t at = 0; at < sizeof widest_first / sizeof widest_first[0]; at++) {
    const struct instruction_set *each = widest_first[at];
    if ((name[0] == '\0' || strcmp(name, each->name) == 0) && each->is_supported()) return each;
  }
  return NULL;
}

const struct instruction_set *instruction_set(void) {
  const struct instruction_set *now = atomic_load(&chosen);
  if (now != NULL) return now;
  now = find("");
  atomic_store(&chosen, now);
  return now;
}

EXPORTED const char *lathe_kernels_choose(const char *name) {
  const struct instruction_set *found = find(name);
  if (found == NULL) return NULL;
  atomic_store(&chosen, found);
  return found->name;
}
