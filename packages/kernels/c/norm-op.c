/*
 * Norms over the last axis as operators of ONNX Runtime: y of X, W and, of LayerNorm, a bias; and dX of dY, X, W and what is added to
 * it, which may be left out. Of the sums over rows, dW and the bias's, as many are made as the node has outputs.
 */
#include "norm-op.h"

#include <stdlib.h>

#include "norm.h"
#include "operator.h"
#include "tensor.h"

struct norm_operator {
  struct operator base; /* First, since ONNX Runtime hands this back. */
  const char *name;
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

static OrtStatus *read_inputs(const struct kernel *kernel, const OrtKernelContext *context, struct tensor given[],
                              bool is_there[]) {
  const struct norm_operator *op = kernel->op;
  const size_t needed = op->is_centred || op->is_gradient ? 3 : 2;
  for (size_t at = 0; at < most_inputs; at++) {
    OrtStatus *status = tensor_input(kernel->api, context, at, &given[at], &is_there[at]);
    if (status != NULL) return status;
    if (at < needed && !is_there[at])
      return operator_refuse(kernel->api, "%s: it needs its first %zu inputs.", op->name, needed);
  }
  return NULL;
}

/* A weight or bias is one row of X. */
static OrtStatus *check_row(const struct kernel *kernel, const struct tensor *x, const struct tensor *row) {
  if (x->rank > 0 && row->rank == 1 && row->sizes[0] == x->sizes[x->rank - 1]) return NULL;
  char first[tensor_text_size], second[tensor_text_size];
  return operator_refuse(kernel->api, "%s: a weight or bias of the shape %s does not fit X of the shape %s.",
                         kernel->op->name, tensor_text(row, first), tensor_text(x, second));
}

static OrtStatus *check_same(const struct kernel *kernel, const struct tensor *x, const struct tensor *other) {
  if (tensor_same_shape(x, other)) return NULL;
  char first[tensor_text_size], second[tensor_text_size];
  return operator_refuse(kernel->api, "%s: the shapes %s and %s differ.", kernel->op->name, tensor_text(other, first),
                         tensor_text(x, second));
}

/* Takes room for an output; NULL for one that the node does not have. */
static OrtStatus *make(const OrtApi *api, OrtKernelContext *context, size_t index, const struct tensor *like,
                       float **made) {
  *made = NULL;
  size_t count;
  OrtStatus *status = ort_output_count(api, context, &count);
  if (status != NULL || index >= count) return status;
  OrtValue *value = NULL;
  status = ort_output(api, context, index, like->sizes, like->rank, &value);
  if (status != NULL || value == NULL) return status;
  void *data;
  status = ort_data(api, value, &data);
  if (status == NULL) *made = data;
  return status;
}

static OrtStatus *forward(const struct kernel *kernel, OrtKernelContext *context) {
  struct tensor given[most_inputs];
  bool is_there[most_inputs];
  OrtStatus *status = read_inputs(kernel, context, given, is_there);
  const struct tensor *x = &given[0], *weight = &given[1], *bias = kernel->op->is_centred ? &given[2] : NULL;
  if (status == NULL) status = check_row(kernel, x, weight);
  if (status == NULL && bias != NULL) status = check_row(kernel, x, bias);
  float *y;
  if (status == NULL) status = make(kernel->api, context, 0, x, &y);
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
  bool is_there[most_inputs];
  OrtStatus *status = read_inputs(kernel, context, given, is_there);
  const struct tensor *dy = &given[0], *x = &given[1], *weight = &given[2], *added = is_there[3] ? &given[3] : NULL;
  if (status == NULL) status = check_row(kernel, x, weight);
  if (status == NULL) status = check_same(kernel, x, dy);
  if (status == NULL && added != NULL) status = check_same(kernel, x, added);
  float *made[most_outputs] = {NULL};
  for (size_t at = 0; status == NULL && at < most_outputs; at++)
    status = make(kernel->api, context, at, at == 0 ? x : weight, &made[at]);
  if (status != NULL) return status;
  if (made[2] != NULL && made[1] == NULL)
    return operator_refuse(kernel->api, "%s: the bias's gradient is made with the weight's only.", kernel->op->name);
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
  OrtStatus *status = operator_threads(api, info, kernel->op->name, &kernel->threads);
  if (status == NULL) status = ort_float_attribute(api, info, "epsilon", &kernel->epsilon);
  if (status == NULL)
    *self = kernel;
  else
    free(kernel);
  return status;
}
static void ORT_CALL destroy(void *self) { free(self); }

static const char *ORT_CALL name(const OrtCustomOp *op) { return norm_operator(op)->name; }
static size_t ORT_CALL inputs(const OrtCustomOp *op) {
  const struct norm_operator *norm = norm_operator(op);
  return norm->is_gradient ? 4 : norm->is_centred ? 3 : 2;
}
static size_t ORT_CALL outputs(const OrtCustomOp *op) {
  const struct norm_operator *norm = norm_operator(op);
  return !norm->is_gradient ? 1 : norm->is_centred ? 3 : 2;
}
/* What is added to dX, and the sums over rows. */
static int ORT_CALL input_kind(const OrtCustomOp *op, size_t index) {
  return norm_operator(op)->is_gradient && index == 3 ? ort_optional : ort_required;
}
static int ORT_CALL output_kind(const OrtCustomOp *op, size_t index) {
  (void)op;
  return index > 0 ? ort_optional : ort_required;
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

/* ONNX Runtime reads no status of ours here: what went wrong leaves the shape unknown. */
static bool is_well(const OrtApi *api, OrtStatus *status) {
  if (status == NULL) return true;
  ort_release_status(api, status);
  return false;
}

/* How many sums over rows the node has: its attribute `sums`, since it is not told here. */
static size_t sums(const OrtApi *api, const OrtShapeInferContext *context) {
  const OrtOpAttr *attribute;
  int64_t count = 0;
  size_t bytes;
  const bool is_told = is_well(api, ort_inferred_attribute(api, context, "sums", &attribute)) &&
                       is_well(api, ort_read_attribute(api, attribute, ort_attribute_int, &count, sizeof count, &bytes));
  return is_told && count > 0 && count < most_outputs ? (size_t)count : 0;
}

/* The shape of `from` is that of all outputs from `first` to before `end`. */
static void infer_like(const OrtApi *api, OrtShapeInferContext *context, size_t from, size_t first, size_t end) {
  OrtShape *shape; /* The context's own; one that nothing is known of looks as if it had no axes. */
  size_t rank;
  if (!is_well(api, ort_inferred_input(api, context, from, &shape)) || !is_well(api, ort_rank(api, shape, &rank)) ||
      rank == 0)
    return;
  for (size_t at = first; at < end; at++) is_well(api, ort_infer_output(api, context, at, shape));
}

static OrtStatus *ORT_CALL infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const struct norm_operator *norm = norm_operator(op);
  const OrtApi *api = norm->base.api;
  infer_like(api, context, 0, 0, 1);
  if (norm->is_gradient) infer_like(api, context, 2, 1, 1 + sums(api, context));
  return NULL;
}

static const OrtCustomOp *define(struct norm_operator *made, const OrtApi *api) {
  OrtCustomOp *op = &made->base.op;
  made->base = (struct operator){operator_base, api};
  op->GetName = name;
  op->GetInputTypeCount = inputs;
  op->GetOutputTypeCount = outputs;
  op->GetInputCharacteristic = input_kind;
  op->GetOutputCharacteristic = output_kind;
  op->CreateKernelV2 = create;
  op->KernelComputeV2 = compute;
  op->KernelDestroy = destroy;
  op->InferOutputShapeFn = infer;
  op->GetMayInplace = made->is_gradient ? gradient_in_place : in_place;
  return op;
}

const OrtCustomOp *rms_norm_op(const OrtApi *api) {
  static struct norm_operator made = {.name = "RmsNorm"};
  return define(&made, api);
}
const OrtCustomOp *rms_norm_gradient_op(const OrtApi *api) {
  static struct norm_operator made = {.name = "RmsNormGradient", .is_gradient = true};
  return define(&made, api);
}
const OrtCustomOp *layer_norm_op(const OrtApi *api) {
  static struct norm_operator made = {.name = "LayerNorm", .is_centred = true};
  return define(&made, api);
}
const OrtCustomOp *layer_norm_gradient_op(const OrtApi *api) {
  static struct norm_operator made = {.name = "LayerNormGradient", .is_centred = true, .is_gradient = true};
  return define(&made, api);
}
