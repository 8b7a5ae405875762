#include "workspace.h"

#include <stdlib.h>

#include "instructions.h"

workspace *workspace_open(uint32_t instructions) {
  workspace *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return NULL;
  const uint32_t used = instructions & instructions_here();
  opened->sha256 = sha256_ways_with(used);
  opened->minhash = minhash_with(used);
  opened->sort_characters = sort_characters_with(used);
  opened->hash_runs = hash_runs_with(used);
  opened->find_shingles = shingles_with(used);
  permutations_begin(&opened->permutations);
  return opened;
}

void workspace_close(workspace *own) {
  if (own == NULL) return;
  free(own->bits.words);
  free(own);
}

bool workspace_fit(workspace *own, int64_t length) {
  if (length <= own->most) return true;
  if (length > longest_text) return false;
  const size_t most = 2 * (size_t)length, bytes = most + text_margin;
  const size_t large = (size_t)bit_numbers((int64_t)most);
  uint64_t *numbers = malloc(3 * large * sizeof *numbers + most * 5 * sizeof *own->words + 7 * bytes);
  if (numbers == NULL) return false;
  free(own->bits.words);
  own->bits = (struct character_bits){numbers, numbers + large, numbers + 2 * large};
  own->words = (uint32_t *)(numbers + 3 * large);
  own->sorted = own->words + most;
  own->scratch = own->sorted + most;
  own->runs.starts = (int32_t *)(own->scratch + most);
  own->runs.ends = own->runs.starts + most;
  own->text = (uint8_t *)(own->runs.ends + most);
  own->signs = own->text + bytes;
  own->lower = own->signs + bytes;
  own->marks = own->lower + bytes;
  own->written = own->marks + bytes;
  own->most = (int32_t)most;
  return true;
}
