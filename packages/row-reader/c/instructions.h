/* What of this processor is used beyond what all of its kind have. */
#ifndef LATHE_INSTRUCTIONS_H
#define LATHE_INSTRUCTIONS_H

#include <stdint.h>

enum {
  use_sha = 1,
  use_avx2 = 2,
  use_avx512 = 4, /* F, BW, DQ, VL. */
};

/* Which of those this processor has. */
uint32_t instructions_here(void);

#if defined(__x86_64__)
#define SHA __attribute__((target("sha,sse4.1")))
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#endif

/* A loop that is compiled once for each of them. */
#define LOOP static inline __attribute__((always_inline))

#endif
