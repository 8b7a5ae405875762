/* Memory for packed matrices, kept between products: new pages cost as much as packing does. */
#ifndef LATHE_SCRATCH_H
#define LATHE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
  float *numbers; /* At a multiple of 64 bytes. */
  size_t capacity;
};

/* Gives room for `count` numbers, of any value. False when there is no memory. */
bool scratch_take(struct scratch *scratch, size_t count);

/* The room of one product at a time is kept, that of others which run beside it is freed. */
void scratch_give_back(struct scratch *scratch);

#endif
