/* The 5-word shingles of a text, as `shinglesOfWords` of services/ingest/src/clean/shingles.ts. */
#ifndef LATHE_SHINGLES_H
#define LATHE_SHINGLES_H

#include <stdint.h>

/* Of a longer text those with the least hashes are kept. */
enum { most_shingles = 4096 };

/*
 * Writes the shingles of a text's words to `shingles`, each once and in order, and returns how many they are: at most `most_shingles`.
 * Both arrays, `shingles` and `scratch`, have room for as many numbers as there are words.
 */
typedef int32_t find_shingles(const uint32_t *words, int32_t count, uint32_t *shingles, uint32_t *scratch);

/* The fastest of those instructions (instructions.h). */
find_shingles *shingles_with(uint32_t instructions);

#endif
