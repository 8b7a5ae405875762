/* Products of matrices of float32: Y = alpha * op(A) op(B) + C, row by row in memory. */
#ifndef LATHE_PRODUCT_H
#define LATHE_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "instruction-set.h"

/* A matrix as it lies in memory: the next row begins `stride` numbers after this one. */
struct matrix {
  const float *data;
  size_t stride;
  bool transposed; /* The product takes its transpose. */
};

struct product {
  const struct instruction_set *set; /* Whose loops are used; `packed_b` was packed for the same. */
  size_t rows, depth, columns; /* op(A) is [rows, depth], op(B) is [depth, columns]. */
  struct matrix a, b;
  const float *packed_b; /* What `product_pack_b` wrote, and then `b` is not read. Or NULL. */
  const float *c;        /* [rows, columns] without gaps, added to the product. May be `y`. Or NULL. */
  bool c_is_row;         /* C has one row, which is added to each. */
  float *y;              /* [rows, columns] without gaps. */
  float alpha;
};

/* Calls `task(data, 0)` to `task(data, count - 1)`, in any order and on any threads, and returns after the last. */
struct threads {
  void *self;
  size_t count; /* How many there are, 1 at least: what a product is divided among. */
  void (*each)(void *self, void (*task)(void *data, size_t index), size_t count, void *data);
};

/*
 * Computes a product. The same numbers give the same bits on any number of threads and with every instruction set: each
 * number of Y is summed in one order, which hangs on `depth` alone. False when there is no memory for the packed sides.
 */
bool product_run(const struct product *product, const struct threads *threads);

/* Numbers that `product_pack_b` writes for a B of this size; 0 when no memory could hold them. */
size_t product_packed_b_size(const struct product *product);

/* Writes op(B) as the innermost loops read it, by `set`, `b`, `depth` and `columns`. `packed` begins at a multiple of 64 bytes. */
void product_pack_b(const struct product *product, float *packed);

#endif
