/* What one thread works with, so that nothing is allocated for each row. */
#ifndef LATHE_WORKSPACE_H
#define LATHE_WORKSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "minhash.h"
#include "runs.h"
#include "sha256.h"
#include "shingles.h"
#include "word-hashes.h"

/* The arrays lie in one block of memory, for texts of at most `most` bytes; it grows to about 55 bytes for each of the longest text. */
typedef struct workspace {
  struct sha256_ways sha256;
  minhash *minhash;
  sort_characters *sort_characters;
  hash_runs *hash_runs;
  find_shingles *find_shingles;
  struct permutations permutations;
  struct character_bits bits;
  /* Each of as many numbers. */
  uint32_t *words, *sorted, *scratch;
  struct runs runs;
  /* Each of as many bytes and `text_margin`, but `written`, which has three times as many. */
  uint8_t *text, *signs, *lower, *marks, *written;
  int32_t most;
} workspace;

/* The longest text, by bytes: of longer ones there are few, and memory that grew for one would stay. */
enum { longest_text = 512 * 1024 };

/* With those instructions (instructions.h) of the ones that there are here; all of them: ~0u. NULL where there is no memory. */
workspace *workspace_open(uint32_t instructions);
void workspace_close(workspace *);

/* Makes room for a text of so many bytes, which empties all arrays; false where there is no memory, or the text is too long. */
bool workspace_fit(workspace *, int64_t length);

#endif
