/* What an operator is divided among. */
#ifndef LATHE_THREADS_H
#define LATHE_THREADS_H

#include <stddef.h>

/* Calls `task(data, 0)` to `task(data, count - 1)`, in any order and on any threads, and returns after the last. */
struct threads {
  void *self;
  size_t count; /* How many there are, 1 at least. */
  void (*each)(void *self, void (*task)(void *data, size_t index), size_t count, void *data);
};

#endif
