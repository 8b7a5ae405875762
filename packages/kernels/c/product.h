/* Products of matrices of float32: Y = alpha * op(A) op(B) + C, row by row in memory. */
#ifndef LATHE_PRODUCT_H
#define LATHE_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "instruction-set.h"
#include "threads.h"

/* A matrix as it lies in memory: the next row begins `stride` numbers after this one. */
struct matrix {
  const float *data;
  size_t stride;
  bool transposed; /* The product takes its transpose. */
};

struct product {
  const struct instruction_set *set; /* Whose loops are used. */
  size_t rows, depth, columns; /* op(A) is [rows, depth], op(B) is [depth, columns]. */
  struct matrix a, b;
  const float *c;        /* [rows, columns] without gaps, added to the product. May be `y`. Or NULL. */
  bool c_is_row;         /* C has one row, which is added to each. */
  float *y;              /* [rows, columns] without gaps. */
  float alpha;
};

/*
 * Computes a product. The same numbers give the same bits on any number of threads and with every instruction set: each
 * number of Y is summed in one order, which hangs on `depth` alone. False when there is no memory for the packed sides.
 */
bool product_run(const struct product *product, const struct threads *threads);

#endif
