#ifndef LATHE_CROSS_ENTROPY_FIXTURE_H
#define LATHE_CROSS_ENTROPY_FIXTURE_H

/* Checks a random cross-entropy, and prints a sentence and gives 1 where it is wrong. */
int check_cross_entropy(void);

#endif
