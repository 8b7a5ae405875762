/* SiLU(G) * U and its gradients as operators of ONNX Runtime: all tensors are of one shape. */
#include "gated-silu-op.h"

#include "gated-silu.h"
#include "operator.h"
#include "tensor.h"

enum { most_tensors = 3 };

/* Reads the inputs, which must be of one shape, and takes room for as many outputs of it. */
static OrtStatus *tensors_of_run(const OrtApi *api, OrtKernelContext *context, size_t inputs, size_t outputs,
                                 struct tensor given[], float *made[]) {
  char first[tensor_text_size], second[tensor_text_size];
  for (size_t at = 0; at < inputs; at++) {
    bool is_there;
    OrtStatus *status = tensor_input(api, context, at, &given[at], &is_there);
    if (status != NULL) return status;
    if (!is_there) return operator_refuse(api, "GatedSilu: it needs all of its inputs.");
    if (!tensor_same_shape(&given[0], &given[at]))
      return operator_refuse(api, "GatedSilu: the shapes %s and %s differ.", tensor_text(&given[0], first),
                             tensor_text(&given[at], second));
  }
  for (size_t at = 0; at < outputs; at++) {
    OrtValue *value;
    OrtStatus *status = ort_output(api, context, at, given[0].sizes, given[0].rank, &value);
    if (status != NULL) return status;
    void *data;
    status = ort_data(api, value, &data);
    if (status != NULL) return status;
    made[at] = data;
  }
  return NULL;
}

static OrtStatus *ORT_CALL forward(void *self, OrtKernelContext *context) {
  const struct loop_kernel *kernel = self;
  struct tensor given[most_tensors];
  float *y;
  OrtStatus *status = tensors_of_run(kernel->api, context, 2, 1, given, &y);
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
  OrtStatus *status = tensors_of_run(kernel->api, context, 3, 2, given, made);
  if (status != NULL) return status;
  struct pool pool = {kernel->api, context, kernel->threads, NULL};
  const struct threads threads = pool_threads(&pool);
  const size_t count = tensor_count(&given[0], 0, given[0].rank);
  const struct gate_gradient gate = {count, given[0].data, given[1].data, given[2].data, made[0], made[1]};
  gated_silu_gradient_run(kernel->set, &gate, &threads);
  return pool.status;
}

static const char *ORT_CALL forward_name(const OrtCustomOp *op) {
  (void)op;
  return "GatedSilu";
}
static const char *ORT_CALL backward_name(const OrtCustomOp *op) {
  (void)op;
  return "GatedSiluGradient";
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

static void define(struct operator *made, const OrtApi *api) {
  *made = (struct operator){operator_base, api};
  made->op.InferOutputShapeFn = operator_infer_alike;
}

const OrtCustomOp *gated_silu_op(const OrtApi *api) {
  static struct operator made;
  define(&made, api);
  made.op.GetName = forward_name;
  made.op.GetInputTypeCount = operator_two;
  made.op.GetOutputTypeCount = operator_one;
  made.op.KernelComputeV2 = forward;
  made.op.GetMayInplace = forward_in_place;
  return &made.op;
}

const OrtCustomOp *gated_silu_gradient_op(const OrtApi *api) {
  static struct operator made;
  define(&made, api);
  made.op.GetName = backward_name;
  made.op.GetInputTypeCount = operator_three;
  made.op.GetOutputTypeCount = operator_two;
  made.op.KernelComputeV2 = backward;
  made.op.GetMayInplace = backward_in_place;
  return &made.op;
}
