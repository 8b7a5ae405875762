#ifndef LATHE_NORM_FIXTURE_H
#define LATHE_NORM_FIXTURE_H

/* Checks a random norm and its gradients, and prints a sentence and gives 1 where it is wrong. */
int check_norm(void);

#endif
