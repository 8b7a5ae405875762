#ifndef LATHE_ADAMW_FIXTURE_H
#define LATHE_ADAMW_FIXTURE_H

/* Checks a random update and a random sum of squares. 0 where they are right; else 1, and a sentence is printed. */
int check_adamw(void);

#endif
