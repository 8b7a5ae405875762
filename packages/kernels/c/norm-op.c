/*
 * Norms over the last axis as operators of ONNX Runtime: y of X, W and, of LayerNorm, a bias; and dX of dY, X, W and what is added to
 * it, which may be left out. Of the sums over rows, dW and the bias's, as many are made as the node has outputs.
 */
#include "norm-op.h"

#include <stdlib.h>

#include "norm.h"
#include "operator.h"
#include "shape-infer.h"
#include "tensor.h"

struct norm_operator {
  struct operator base; /* First, since ONNX Runtime hands this back. */
  bool is_centred, is_gradient;
};

struct kernel {
  const OrtApi *api;
  const struct instruction_set *set;
  const struct norm_operator *op;
  float epsilon;
  size_t threads;
};

enum { most_inputs = 4, most_outputs = 3 };

static const struct norm_operator *norm_operator(const OrtCustomOp *op) { return (const struct norm_operator *)op; }

/* A weight or bias is one row of X. */
static OrtStatus *check_row(const struct kernel *kernel, const struct tensor *x, const struct tensor *row) {
  if (x->rank > 0 && row->rank == 1 && row->sizes[0] == x->sizes[x->rank - 1]) return NULL;
  char first[tensor_text_size], second[tensor_text_size];
  return operator_refuse(kernel->api, "%s: a weight or bias of the shape %s does not fit X of the shape %s.",
                         kernel->op->base.name, tensor_text(row, first), tensor_text(x, second));
}

static OrtStatus *check_same(const struct kernel *kernel, const struct tensor *x, const struct tensor *other) {
  if (tensor_same_shape(x, other)) return NULL;
  char first[tensor_text_size], second[tensor_text_size];
  return operator_refuse(kernel->api, "%s: the shapes %s and %s differ.", kernel->op->base.name, tensor_text(other, first),
                         tensor_text(x, second));
}

static OrtStatus *forward(const struct kernel *kernel, OrtKernelContext *context) {
  struct tensor given[most_inputs];
  OrtStatus *status = operator_inputs(&kernel->op->base, context, given);
  const struct tensor *x = &given[0], *weight = &given[1], *bias = kernel->op->is_centred ? &given[2] : NULL;
  if (status == NULL) status = check_row(kernel, x, weight);
  if (status == NULL && bias != NULL) status = check_row(kernel, x, bias);
  float *y;
  if (status == NULL) status = tensor_output(kernel->api, context, 0, x, &y);
  if (status != NULL) return status;
  struct pool pool = {kernel->api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  const struct norm norm = {
      .rows = tensor_count(x, 0, x->rank - 1),
      .width = (size_t)x->sizes[x->rank - 1],
      .x = x->data,
      .weight = weight->data,
      .bias = bias == NULL ? NULL : bias->data,
      .epsilon = kernel->epsilon,
      .y = y,
  };
  norm_run(kernel->set, &norm, &threads);
  return pool.status;
}

static OrtStatus *backward(const struct kernel *kernel, OrtKernelContext *context) {
  struct tensor given[most_inputs];
  bool is_added = false;
  OrtStatus *status = operator_inputs(&kernel->op->base, context, given);
  if (status == NULL) status = tensor_input(kernel->api, context, 3, &given[3], &is_added);
  const struct tensor *dy = &given[0], *x = &given[1], *weight = &given[2], *added = is_added ? &given[3] : NULL;
  if (status == NULL) status = check_row(kernel, x, weight);
  if (status == NULL) status = check_same(kernel, x, dy);
  if (status == NULL && added != NULL) status = check_same(kernel, x, added);
  float *made[most_outputs] = {NULL};
  for (size_t at = 0; status == NULL && at < most_outputs; at++)
    status = tensor_output(kernel->api, context, at, at == 0 ? x : weight, &made[at]);
  if (status != NULL) return status;
  if (made[2] != NULL && made[1] == NULL)
    return operator_refuse(kernel->api, "%s: the bias's gradient is made with the weight's only.", kernel->op->base.name);
  struct pool pool = {kernel->api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  const struct norm_gradient norm = {
      .rows = tensor_count(x, 0, x->rank - 1),
      .width = (size_t)x->sizes[x->rank - 1],
      .dy = dy->data,
      .x = x->data,
      .weight = weight->data,
      .added = added == NULL ? NULL : added->data,
      .epsilon = kernel->epsilon,
      .is_centred = kernel->op->is_centred,
      .dx = made[0],
      .dweight = made[1],
      .dbias = made[2],
  };
  if (!norm_gradient_run(kernel->set, &norm, &threads))
    return ort_create_status(kernel->api, ort_fail, "A norm's gradient: no memory is left.");
  return pool.status;
}

static OrtStatus *ORT_CALL compute(void *self, OrtKernelContext *context) {
  const struct kernel *kernel = self;
  return kernel->op->is_gradient ? backward(kernel, context) : forward(kernel, context);
}

static OrtStatus *ORT_CALL create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **self) {
  struct kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return ort_create_status(api, ort_fail, "A norm: no memory is left.");
  *kernel = (struct kernel){api, instruction_set(), norm_operator(op), 0, 1};
  OrtStatus *status = operator_threads(&kernel->op->base, info, &kernel->threads);
  if (status == NULL) status = ort_float_attribute(api, info, "epsilon", &kernel->epsilon);
  if (status == NULL)
    *self = kernel;
  else
    free(kernel);
  return status;
}

/* A row is read whole before a number of it is written: Y may be X, and dX what is added, dY or X. */
static size_t ORT_CALL in_place(int **inputs, int **outputs) {
  static int x = 0, y = 0;
  *inputs = &x;
  *outputs = &y;
  return 1;
}
static size_t ORT_CALL gradient_in_place(int **inputs, int **outputs) {
  static int read[] = {3, 0, 1}, written[] = {0, 0, 0};
  *inputs = read;
  *outputs = written;
  return 3;
}

/* Of the gradient the sums over rows are as many as the attribute `sums` says, since the node's outputs are not told here. */
static OrtStatus *ORT_CALL infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const struct norm_operator *norm = norm_operator(op);
  const OrtApi *api = norm->base.api;
  shape_pass(api, context, 0, (struct outputs){0, 1});
  if (!norm->is_gradient) return NULL;
  const int64_t sums = shape_attribute(api, context, "sums");
  if (sums > 0 && sums < most_outputs) shape_pass(api, context, 2, (struct outputs){1, 1 + (size_t)sums});
  return NULL;
}

static const OrtCustomOp *define(struct norm_operator *made) {
  OrtCustomOp *op = &made->base.op;
  op->CreateKernelV2 = create;
  op->KernelComputeV2 = compute;
  op->InferOutputShapeFn = infer;
  op->GetMayInplace = made->is_gradient ? gradient_in_place : in_place;
  return op;
}

const OrtCustomOp *rms_norm_op(const OrtApi *api) {
  static struct norm_operator made;
  made.base = (struct operator){operator_base, api, "RmsNorm", .inputs = 2, .outputs = 1};
  return define(&made);
}
const OrtCustomOp *rms_norm_gradient_op(const OrtApi *api) {
  static struct norm_operator made = {.is_gradient = true};
  made.base = (struct operator){operator_base, api, "RmsNormGradient", .inputs = 4, .optional_inputs = 1,
                                .outputs = 2, .optional_outputs = 1};
  return define(&made);
}
const OrtCustomOp *layer_norm_op(const OrtApi *api) {
  static struct norm_operator made = {.is_centred = true};
  made.base = (struct operator){operator_base, api, "LayerNorm", .inputs = 3, .outputs = 1};
  return define(&made);
}
const OrtCustomOp *layer_norm_gradient_op(const OrtApi *api) {
  static struct norm_operator made = {.is_centred = true, .is_gradient = true};
  made.base = (struct operator){operator_base, api, "LayerNormGradient", .inputs = 4, .optional_inputs = 1,
                                .outputs = 3, .optional_outputs = 2};
  return define(&made);
}
