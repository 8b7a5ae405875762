/* For tests: what the kernels' product is replaced by. It ends the process, as a fault in a kernel would. */
#include <stdlib.h>

#include "product.h"

bool product_run(const struct product *product, const struct threads *threads) {
  (void)product, (void)threads;
  abort();
}
