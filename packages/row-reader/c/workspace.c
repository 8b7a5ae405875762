#include "workspace.h"

#include <stdlib.h>

#include "instructions.h"

/* No row of a chat is as long. */
static const int64_t longest = 1 << 25;

workspace *workspace_open(uint32_t instructions) {
  workspace *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return NULL;
  const uint32_t used = instructions & instructions_here();
  opened->blocks = sha256_blocks_with(used);
  opened->minhash = minhash_with(used);
  permutations_begin(&opened->permutations);
  return opened;
}

void workspace_close(workspace *own) {
  if (own == NULL) return;
  free(own->words);
  free(own);
}

bool workspace_fit(workspace *own, int64_t length) {
  if (length <= own->most) return true;
  if (length > longest) return false;
  const size_t most = 2 * (size_t)length;
  uint32_t *numbers = malloc(most * (3 * sizeof *numbers + 5));
  if (numbers == NULL) return false;
  free(own->words);
  own->words = numbers;
  own->sorted = numbers + most;
  own->scratch = numbers + 2 * most;
  own->text = (uint8_t *)(numbers + 3 * most);
  own->marks = own->text + most;
  own->written = own->marks + most;
  own->most = (int32_t)most;
  return true;
}
