/* Random numbers for checks of kernels, and threads that take their tasks in another order. */
#ifndef LATHE_RANDOM_FIXTURE_H
#define LATHE_RANDOM_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "threads.h"

/* Where the numbers begin. */
void seed(uint64_t given);
/* A random number under `end`. */
size_t below(size_t end);
/* Random numbers from -1 to 1, allocated to the number, so that a sanitizer sees each step outside. */
float *numbers(size_t count);
/* Numbers that are none, or too large, or smaller than usual: what is made of them is float64's affair too. */
void spoil(float *values, size_t count);
/* Runs tasks in the order of a pool: any. */
struct threads threads_of(size_t count);

#endif
