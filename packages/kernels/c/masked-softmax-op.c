/* The softmax of scores plus a mask, and a softmax's gradient, as operators of ONNX Runtime. */
#include "masked-softmax-op.h"

#include "masked-softmax.h"
#include "operator.h"
#include "tensor.h"

/* Reads both inputs. */
static OrtStatus *inputs_of_run(const struct operator *op, OrtKernelContext *context, struct tensor given[2]) {
  OrtStatus *status = operator_inputs(op, context, given);
  if (status != NULL || given[0].rank > 0) return status;
  return operator_refuse(op->api, "%s: it needs an axis to sum over.", op->name);
}

/* How the mask's rows repeat: its axes are those of the scores, but some beside each other, before the last, may be 1. */
static bool read_mask(const struct tensor *scores, const struct tensor *mask, struct masked_softmax *softmax) {
  const int64_t *full = scores->sizes, *few = mask->sizes;
  size_t axis = scores->rank - 1;
  if (mask->rank != scores->rank || few[axis] != full[axis]) return false;
  const size_t last = axis;
  while (axis > 0 && few[axis - 1] == full[axis - 1]) axis--;
  softmax->inner = tensor_count(scores, axis, last);
  const size_t inner = axis;
  while (axis > 0 && few[axis - 1] == 1) axis--;
  softmax->repeats = tensor_count(scores, axis, inner);
  while (axis > 0 && few[axis - 1] == full[axis - 1]) axis--;
  return axis == 0;
}

static OrtStatus *ORT_CALL forward(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  const OrtApi *api = kernel->api;
  struct tensor given[2];
  struct masked_softmax softmax;
  OrtStatus *status = inputs_of_run(kernel->op, context, given);
  if (status != NULL) return status;
  const struct tensor *scores = &given[0], *mask = &given[1];
  if (!read_mask(scores, mask, &softmax)) {
    char first[tensor_text_size], second[tensor_text_size];
    return operator_refuse(api, "MaskedSoftmax: a mask %s is not for scores %s.", tensor_text(mask, first),
                           tensor_text(scores, second));
  }
  status = tensor_output(api, context, 0, scores, &softmax.y);
  if (status != NULL) return status;
  softmax.rows = tensor_count(scores, 0, scores->rank - 1);
  softmax.columns = (size_t)scores->sizes[scores->rank - 1];
  softmax.scores = scores->data;
  softmax.mask = mask->data;
  struct pool pool = {api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  masked_softmax_run(kernel->set, &softmax, &threads);
  return pool.status;
}

static OrtStatus *ORT_CALL backward(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  const OrtApi *api = kernel->api;
  struct tensor given[2];
  float *dx;
  OrtStatus *status = inputs_of_run(kernel->op, context, given);
  if (status != NULL) return status;
  const struct tensor *dy = &given[0], *y = &given[1];
  if (!tensor_same_shape(dy, y)) {
    char first[tensor_text_size], second[tensor_text_size];
    return operator_refuse(api, "SoftmaxGradient: the shapes %s and %s differ.", tensor_text(dy, first),
                           tensor_text(y, second));
  }
  status = tensor_output(api, context, 0, dy, &dx);
  if (status != NULL) return status;
  const size_t last = dy->rank - 1;
  const struct softmax_gradient gradient = {tensor_count(dy, 0, last), (size_t)dy->sizes[last], dy->data, y->data, dx};
  struct pool pool = {api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  softmax_gradient_run(kernel->set, &gradient, &threads);
  return pool.status;
}

/* A row is read before that of its place is written: Y may be the scores, and dX be dY. */
static size_t ORT_CALL in_place(int **inputs, int **outputs) {
  static int read = 0, written = 0;
  *inputs = &read;
  *outputs = &written;
  return 1;
}

const OrtCustomOp *masked_softmax_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "MaskedSoftmax", .inputs = 2, .outputs = 1};
  made.op.KernelComputeV2 = forward;
  made.op.GetMayInplace = in_place;
  return &made.op;
}

const OrtCustomOp *softmax_gradient_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "SoftmaxGradient", .inputs = 2, .outputs = 1};
  made.op.KernelComputeV2 = backward;
  made.op.GetMayInplace = in_place;
  return &made.op;
}
