#include "instructions.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdbool.h>

/* Compilers know the name "sha" only of late, so the processor is asked itself. */
static bool has_sha(void) {
  unsigned a, b, c, d;
  const unsigned bit = 1u << 29;
  return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (b & bit) != 0;
}

uint32_t instructions_here(void) {
  __builtin_cpu_init();
  uint32_t found = has_sha() ? use_sha : 0;
  if (__builtin_cpu_supports("avx2")) found |= use_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    found |= use_avx512;
  return found;
}
#else
uint32_t instructions_here(void) {
  return 0;
}
#endif
