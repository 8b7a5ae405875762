/* SiLU(G) * U and its gradients as operators of ONNX Runtime: all tensors are of one shape. */
#include "gated-silu-op.h"

#include "gated-silu.h"
#include "operator.h"
#include "tensor.h"

enum { most_tensors = 3 };

/* Reads the inputs, which must be of one shape, and takes room for the outputs, which are of it too. */
static OrtStatus *tensors_of_run(const struct loop_kernel *kernel, OrtKernelContext *context, struct tensor given[],
                                 float *made[]) {
  const struct operator *op = kernel->op;
  OrtStatus *status = operator_inputs(op, context, given);
  for (size_t at = 1; status == NULL && at < op->inputs; at++) {
    char first[tensor_text_size], second[tensor_text_size];
    if (!tensor_same_shape(&given[0], &given[at]))
      status = operator_refuse(op->api, "%s: the shapes %s and %s differ.", op->name, tensor_text(&given[0], first),
                               tensor_text(&given[at], second));
  }
  for (size_t at = 0; status == NULL && at < op->outputs; at++)
    status = tensor_output(op->api, context, at, &given[0], &made[at]);
  return status;
}

static OrtStatus *ORT_CALL forward(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  struct tensor given[most_tensors];
  float *y;
  OrtStatus *status = tensors_of_run(kernel, context, given, &y);
  if (status != NULL) return status;
  struct pool pool = {kernel->api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  const struct gate gate = {tensor_count(&given[0], 0, given[0].rank), given[0].data, given[1].data, y};
  gated_silu_run(kernel->set, &gate, &threads);
  return pool.status;
}

static OrtStatus *ORT_CALL backward(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  struct tensor given[most_tensors];
  float *made[2];
  OrtStatus *status = tensors_of_run(kernel, context, given, made);
  if (status != NULL) return status;
  struct pool pool = {kernel->api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  const size_t count = tensor_count(&given[0], 0, given[0].rank);
  const struct gate_gradient gate = {count, given[0].data, given[1].data, given[2].data, made[0], made[1]};
  gated_silu_gradient_run(kernel->set, &gate, &threads);
  return pool.status;
}

/* Each number is read before that of its place is written: Y may be U, and of the gradients dG may be dY, and dU be U. */
static size_t ORT_CALL forward_in_place(int **inputs, int **outputs) {
  static int u = 1, y = 0;
  *inputs = &u;
  *outputs = &y;
  return 1;
}
static size_t ORT_CALL backward_in_place(int **inputs, int **outputs) {
  static int read[] = {0, 2}, written[] = {0, 1};
  *inputs = read;
  *outputs = written;
  return 2;
}

const OrtCustomOp *gated_silu_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "GatedSilu", .inputs = 2, .outputs = 1};
  made.op.KernelComputeV2 = forward;
  made.op.GetMayInplace = forward_in_place;
  return &made.op;
}

const OrtCustomOp *gated_silu_gradient_op(const OrtApi *api) {
  static struct operator made;
  made = (struct operator){operator_base, api, "GatedSiluGradient", .inputs = 3, .outputs = 2};
  made.op.KernelComputeV2 = backward;
  made.op.GetMayInplace = backward_in_place;
  return &made.op;
}
