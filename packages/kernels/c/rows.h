/* Rows of numbers, which are divided among threads. */
#ifndef LATHE_ROWS_H
#define LATHE_ROWS_H

#include <stddef.h>

#include "threads.h"

struct rows {
  size_t count, columns;
  /* Computes the rows from `begin` to `end`. */
  void (*compute)(const void *data, size_t begin, size_t end);
  const void *data;
};

/* Computes all rows, those of each thread at once. Nothing where there is no number. */
void rows_run(const struct rows *rows, const struct threads *threads);

#endif
