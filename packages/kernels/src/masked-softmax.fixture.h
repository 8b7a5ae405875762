#ifndef LATHE_MASKED_SOFTMAX_FIXTURE_H
#define LATHE_MASKED_SOFTMAX_FIXTURE_H

/* Checks a random softmax and a random gradient, and prints a sentence and gives 1 where one is wrong. */
int check_masked_softmax(void);

#endif
