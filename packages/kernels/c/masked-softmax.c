#include "masked-softmax.h"

#include "rows.h"

struct forward {
  const struct instruction_set *set;
  const struct masked_softmax *softmax;
};
struct backward {
  const struct instruction_set *set;
  const struct softmax_gradient *gradient;
};

static void forward(const void *data, size_t begin, size_t end) {
  const struct forward *given = data;
  const struct masked_softmax *whole = given->softmax;
  for (size_t row = begin; row < end; row++) {
    const size_t mask_row = row / (whole->inner * whole->repeats) * whole->inner + row % whole->inner;
    const size_t at = row * whole->columns;
    given->set->masked_softmax(&(struct masked_softmax_row){
        whole->columns, whole->scores + at, whole->mask + mask_row * whole->columns, whole->y + at});
  }
}

static void backward(const void *data, size_t begin, size_t end) {
  const struct backward *given = data;
  const struct softmax_gradient *whole = given->gradient;
  for (size_t row = begin; row < end; row++) {
    const size_t at = row * whole->columns;
    given->set->softmax_gradient(
        &(struct softmax_gradient_row){whole->columns, whole->dy + at, whole->y + at, whole->dx + at});
  }
}

void masked_softmax_run(const struct instruction_set *set, const struct masked_softmax *softmax,
                        const struct threads *threads) {
  const struct forward given = {set, softmax};
  rows_run(&(struct rows){softmax->rows, softmax->columns, forward, &given}, threads);
}

void softmax_gradient_run(const struct instruction_set *set, const struct softmax_gradient *gradient,
                          const struct threads *threads) {
  const struct backward given = {set, gradient};
  rows_run(&(struct rows){gradient->rows, gradient->columns, backward, &given}, threads);
}
