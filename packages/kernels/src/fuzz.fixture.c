/*
 * Checks as many random calls of each kernel as it is told. Ends with a sentence and 1 at the first that is wrong.
 *
 *     fuzz.fixture <seed> <calls>
 */
#include <stdio.h>
#include <stdlib.h>

#include "adamw.fixture.h"
#include "cross-entropy.fixture.h"
#include "gated-silu.fixture.h"
#include "instruction-set.h"
#include "masked-softmax.fixture.h"
#include "norm.fixture.h"
#include "product.fixture.h"
#include "random.fixture.h"

int main(int count, char **given) {
  if (count != 3) return 2;
  seed(strtoull(given[1], NULL, 10));
  const long calls = strtol(given[2], NULL, 10);
  for (long at = 0; at < calls; at++)
    if (check_product() != 0 || check_gate() != 0 || check_masked_softmax() != 0 ||
        check_cross_entropy() != 0 || check_adamw() != 0 || check_norm() != 0)
      return 1;
  printf("%ld calls of each with %s\n", calls, lathe_kernels_choose(""));
  return 0;
}
