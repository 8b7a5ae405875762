/* Products of few rows, as decoding makes them: B is read once, where it lies, and that takes all of their time. */
#ifndef LATHE_FEW_ROWS_H
#define LATHE_FEW_ROWS_H

#include "product.h"

/* Whether a product is one of few rows, whose steps lie side by side in both sides. */
bool few_rows_fit(const struct product *product);

/*
 * Computes one that fits, to the bits of a packed one: each number is summed in order, in blocks of `block` steps. False when
 * there is no memory for the packed rows.
 */
bool few_rows_run(const struct product *product, size_t block, const struct threads *threads);

#endif
