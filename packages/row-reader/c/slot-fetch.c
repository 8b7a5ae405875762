#include "slot-fetch.h"

EXPORTED void lathe_slots_fetch(const uint64_t *tables, const uint32_t *slots, int32_t count, const uint32_t *numbers, int32_t length,
                                const int32_t *starts, int32_t rows) {
#if defined(__GNUC__)
  for (int32_t row = 0; row < rows; row++) {
    if (starts[row] < 0 || starts[row] > length - count) continue;
    const uint32_t *hashes = numbers + starts[row];
    for (int32_t table = 0; table < count; table++) {
      const uint64_t place = (uint64_t)hashes[table] * slots[table] >> 32;
      __builtin_prefetch((const void *)(uintptr_t)(tables[table] + 2 * sizeof(uint32_t) * place));
    }
  }
#else
  (void)tables, (void)slots, (void)count, (void)numbers, (void)length, (void)starts, (void)rows;
#endif
}
