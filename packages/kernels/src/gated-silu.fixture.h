#ifndef LATHE_GATED_SILU_FIXTURE_H
#define LATHE_GATED_SILU_FIXTURE_H

/* Checks a random gate and its gradients, and prints a sentence and gives 1 where it is wrong. */
int check_gate(void);

#endif
