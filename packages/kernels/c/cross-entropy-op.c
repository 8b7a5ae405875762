/* The cross-entropy of logits with labels as an operator of ONNX Runtime: it gives the loss, the lead and the shares. */
#include "cross-entropy-op.h"

#include "cross-entropy.h"
#include "operator.h"
#include "shape-infer.h"
#include "tensor.h"

/* Reads both inputs, and sees that there is a label of each row, and a class of each label. */
static OrtStatus *inputs_of_run(const struct operator *op, OrtKernelContext *context, struct tensor *logits,
                                struct cross_entropy *given) {
  struct tensor inputs[2];
  OrtStatus *status = operator_inputs(op, context, inputs);
  if (status != NULL) return status;
  const struct tensor *labels = &inputs[1];
  *logits = inputs[0];
  const int64_t *sizes = logits->sizes;
  if (logits->rank != 2 || labels->rank != 2 || labels->sizes[0] != sizes[0] || labels->sizes[1] != 1) {
    char first[tensor_text_size], second[tensor_text_size];
    return operator_refuse(op->api, "%s: labels %s are not for logits %s.", op->name, tensor_text(labels, first),
                           tensor_text(logits, second));
  }
  given->rows = (size_t)sizes[0], given->columns = (size_t)sizes[1];
  given->logits = logits->data;
  given->labels = (const void *)labels->data;
  for (size_t row = 0; row < given->rows; row++)
    if (given->labels[row] < 0 || given->labels[row] >= sizes[1])
      return operator_refuse(op->api, "%s: label %d of row %zu is none of %zu classes.", op->name,
                             (int)given->labels[row], row, given->columns);
  return NULL;
}

static OrtStatus *ORT_CALL compute(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  const OrtApi *api = kernel->api;
  struct tensor logits;
  struct cross_entropy given;
  OrtStatus *status = inputs_of_run(kernel->op, context, &logits, &given);
  if (status != NULL) return status;
  const struct tensor column = {.rank = 2, .sizes = {logits.sizes[0], 1}};
  status = tensor_output(api, context, 0, &column, &given.loss);
  if (status == NULL) status = tensor_output(api, context, 1, &column, &given.lead);
  if (status == NULL) status = tensor_output(api, context, 2, &logits, &given.shares);
  if (status != NULL) return status;
  struct pool pool = {api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  cross_entropy_run(kernel->set, &given, &threads);
  return pool.status;
}

static int ORT_CALL input_type(const OrtCustomOp *op, size_t index) {
  (void)op;
  return index == 0 ? ort_float : ort_int32;
}

/* A row's logits are read before its shares are written in their place. */
static size_t ORT_CALL in_place(int **inputs, int **outputs) {
  static int logits = 0, shares = 2;
  *inputs = &logits;
  *outputs = &shares;
  return 1;
}

static OrtStatus *ORT_CALL infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const OrtApi *api = ((const struct operator *)op)->api;
  shape_pass(api, context, 1, (struct outputs){0, 2});
  shape_pass(api, context, 0, (struct outputs){2, 3});
  return NULL;
}

const OrtCustomOp *softmax_cross_entropy_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "SoftmaxCrossEntropy", .inputs = 2, .outputs = 3};
  made.op.GetInputType = input_type;
  made.op.KernelComputeV2 = compute;
  made.op.GetMayInplace = in_place;
  made.op.InferOutputShapeFn = infer;
  return &made.op;
}
