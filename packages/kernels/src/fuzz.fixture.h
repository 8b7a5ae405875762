/* What checks of kernels with random numbers have in common. */
#ifndef LATHE_FUZZ_FIXTURE_H
#define LATHE_FUZZ_FIXTURE_H

#include <stddef.h>

#include "threads.h"

/* A random number under `end`. */
size_t below(size_t end);
/* Random numbers from -1 to 1, allocated to the number, so that a sanitizer sees each step outside. */
float *numbers(size_t count);
/* Numbers that are none, or too large, or smaller than usual: what is made of them is float64's affair too. */
void spoil(float *values, size_t count);
/* Runs tasks in the order of a pool: any. */
struct threads threads_of(size_t count);

/* Each checks one random call, and prints a sentence and gives 1 where it is wrong. */
int check_product(void);
int check_gate(void);

#endif
