#include "cross-entropy.h"

#include "rows.h"

struct work {
  const struct instruction_set *set;
  const struct cross_entropy *given;
};

static void compute(const void *data, size_t begin, size_t end) {
  const struct work *work = data;
  const struct cross_entropy *whole = work->given;
  for (size_t row = begin; row < end; row++) {
    const size_t at = row * whole->columns;
    work->set->cross_entropy(&(struct cross_entropy_row){whole->columns, (size_t)whole->labels[row], whole->logits + at,
                                                         whole->shares + at, whole->loss + row, whole->lead + row});
  }
}

void cross_entropy_run(const struct instruction_set *set, const struct cross_entropy *given, const struct threads *threads) {
  const struct work work = {set, given};
  rows_run(&(struct rows){given->rows, given->columns, compute, &work}, threads);
}
