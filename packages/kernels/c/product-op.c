/*
 * Y = alpha * op(A) op(B) + C as an operator of ONNX Runtime. A has any number of axes from 2: all but the last are rows.
 * With `trans_a` the rows of A and of B are summed over, and Y is a matrix.
 */
#include "product-op.h"

#include <stdlib.h>

#include "operator.h"
#include "product.h"
#include "tensor.h"

struct kernel {
  const struct operator *op;
  const OrtApi *api;
  const struct instruction_set *set;
  bool trans_a, trans_b;
  float alpha;
  size_t threads;
};

/* Takes the sizes of a product from its sides' shapes. */
static OrtStatus *read_sides(const struct kernel *kernel, const struct tensor *a, const struct tensor *b,
                             struct product *product) {
  char first[tensor_text_size], second[tensor_text_size];
  const bool sums_rows = kernel->trans_a;
  if (a->rank < 2)
    return operator_refuse(kernel->api, "Product: A has the shape %s; it needs two axes at least.", tensor_text(a, first));
  if (b->rank != 2 && !(sums_rows && !kernel->trans_b && b->rank > 2))
    return operator_refuse(kernel->api, "Product: B has the shape %s; it must be a matrix%s.", tensor_text(b, first),
                  sums_rows ? ", or rows as A is" : "");
  const size_t a_rows = tensor_count(a, 0, a->rank - 1), a_columns = (size_t)a->sizes[a->rank - 1];
  const size_t b_rows = tensor_count(b, 0, b->rank - 1), b_columns = (size_t)b->sizes[b->rank - 1];
  product->rows = kernel->trans_a ? a_columns : a_rows;
  product->depth = kernel->trans_a ? a_rows : a_columns;
  product->columns = kernel->trans_b ? b_rows : b_columns;
  const size_t b_depth = kernel->trans_b ? b_columns : b_rows;
  if (product->depth != b_depth)
    return operator_refuse(kernel->api, "Product: A of the shape %s%s and B of the shape %s%s do not fit: %zu is not %zu.",
                  tensor_text(a, first), kernel->trans_a ? ", transposed," : "", tensor_text(b, second),
                  kernel->trans_b ? ", transposed," : "", product->depth, b_depth);
  product->a = (struct matrix){a->data, a_columns, kernel->trans_a};
  product->b = (struct matrix){b->data, b_columns, kernel->trans_b};
  return NULL;
}

/* The shape of Y, whose data are not there yet. */
static struct tensor shape_of_y(const struct kernel *kernel, const struct tensor *a, const struct product *product) {
  struct tensor y = {.rank = 2, .sizes = {(int64_t)product->rows, (int64_t)product->columns}};
  if (kernel->trans_a) return y;
  y.rank = a->rank;
  for (size_t axis = 0; axis + 1 < a->rank; axis++) y.sizes[axis] = a->sizes[axis];
  y.sizes[a->rank - 1] = (int64_t)product->columns;
  return y;
}

/* Takes C, which has Y's shape, or is one row. */
static OrtStatus *read_c(const struct kernel *kernel, const struct tensor *c, const struct tensor *y,
                         struct product *product) {
  product->c = c->data;
  product->c_is_row = c->rank == 1 && c->sizes[0] == y->sizes[y->rank - 1];
  bool fits = product->c_is_row || c->rank == y->rank;
  for (size_t axis = 0; !product->c_is_row && fits && axis < y->rank; axis++) fits = c->sizes[axis] == y->sizes[axis];
  if (fits) return NULL;
  char first[tensor_text_size], second[tensor_text_size];
  return operator_refuse(kernel->api, "Product: C has the shape %s; the product that it is added to has %s.",
                tensor_text(c, first), tensor_text(y, second));
}

static OrtStatus *ORT_CALL compute(void *self, OrtKernelContext *context) {
  const struct kernel *kernel = self;
  const OrtApi *api = kernel->api;
  struct tensor given[2], c;
  const struct tensor *a = &given[0], *b = &given[1];
  bool has_c;
  OrtStatus *status = operator_inputs(kernel->op, context, given);
  if (status == NULL) status = tensor_input(api, context, 2, &c, &has_c);
  if (status != NULL) return status;
  struct product product = {.set = kernel->set, .alpha = kernel->alpha};
  status = read_sides(kernel, a, b, &product);
  if (status != NULL) return status;
  const struct tensor y = shape_of_y(kernel, a, &product);
  if (has_c) status = read_c(kernel, &c, &y, &product);
  if (status == NULL) status = tensor_output(api, context, 0, &y, &product.y);
  if (status != NULL) return status;
  struct pool pool = {api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  if (!product_run(&product, &threads)) return ort_create_status(api, ort_fail, "Product: no memory is left.");
  return pool.status;
}

/* An attribute that is 0 or 1, `otherwise` where the node does not have it. */
static OrtStatus *read_flag(const OrtApi *api, const OrtKernelInfo *info, const char *name, bool *flag) {
  int64_t value = *flag;
  OrtStatus *missing = ort_int_attribute(api, info, name, &value);
  if (missing != NULL) {
    ort_release_status(api, missing);
    return NULL;
  }
  if (value != 0 && value != 1) return operator_refuse(api, "Product: %s is %lld; it must be 0 or 1.", name, (long long)value);
  *flag = value == 1;
  return NULL;
}

static OrtStatus *ORT_CALL create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **self) {
  struct kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return ort_create_status(api, ort_fail, "Product: no memory is left.");
  kernel->op = (const struct operator *)op;
  kernel->api = api;
  kernel->set = instruction_set();
  kernel->alpha = 1;
  OrtStatus *status = read_flag(api, info, "trans_a", &kernel->trans_a);
  if (status == NULL) status = read_flag(api, info, "trans_b", &kernel->trans_b);
  if (status == NULL) status = operator_threads(kernel->op, info, &kernel->threads);
  if (status == NULL) {
    OrtStatus *missing = ort_float_attribute(api, info, "alpha", &kernel->alpha);
    if (missing != NULL) {
      ort_release_status(api, missing);
      kernel->alpha = 1;
    }
  }
  if (status == NULL)
    *self = kernel;
  else
    free(kernel);
  return status;
}

/* Y may take the place of C, each number of which is read before the one that it is added to is written. */
static size_t ORT_CALL in_place(int **inputs, int **outputs) {
  static int c = 2, y = 0;
  *inputs = &c;
  *outputs = &y;
  return 1;
}

const OrtCustomOp *product_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "Product", .inputs = 3, .optional_inputs = 1, .outputs = 1};
  made.op.CreateKernelV2 = create;
  made.op.KernelComputeV2 = compute;
  made.op.GetMayInplace = in_place;
  made.op.InferOutputShapeFn = product_infer;
  return &made.op;
}
