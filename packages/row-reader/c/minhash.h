/* The signature of a set of shingles in bands, as `bandsOf` of services/ingest/src/clean/minhash.ts. */
#ifndef LATHE_MINHASH_H
#define LATHE_MINHASH_H

#include <stdint.h>

enum { band_count = 14, band_rows = 8, permutations = band_count * band_rows };

/* Permutation p of the 32-bit numbers: x -> factors[p] * x + terms[p]. */
struct permutations {
  int32_t factors[permutations], terms[permutations];
};

void permutations_begin(struct permutations *each);

/* The least number of each permutation of a set; of an empty one the greatest that there is. */
typedef void minhash(const struct permutations *each, const uint32_t *set, int32_t count, int32_t least[permutations]);

/* The fastest of those instructions (instructions.h). */
minhash *minhash_with(uint32_t instructions);

/* A hash of each band of a signature. */
void bands_of(const int32_t signature[permutations], uint32_t bands[band_count]);

#endif
