#ifndef LATHE_PRODUCT_FIXTURE_H
#define LATHE_PRODUCT_FIXTURE_H

/* Checks a random product, and prints a sentence and gives 1 where it is wrong. */
int check_product(void);

#endif
