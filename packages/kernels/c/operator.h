/* What all operators have in common, as ONNX Runtime sees them. */
#ifndef LATHE_OPERATOR_H
#define LATHE_OPERATOR_H

#include <stdbool.h>

#include "instruction-set.h"
#include "onnxruntime.h"
#include "threads.h"

struct operator {
  OrtCustomOp op; /* First, since ONNX Runtime hands this back. */
  const OrtApi *api;
};

/* A node of an operator whose only attribute is `threads`. */
struct loop_kernel {
  const OrtApi *api;
  const struct instruction_set *set; /* Whose loops are used. */
  size_t threads;
};

/*
 * What all operators answer alike: all of float32 on the CPU, each input needed and each output given, and of each node a
 * `loop_kernel`. The rest is 0.
 */
extern const OrtCustomOp operator_base;

/* How many inputs or outputs there are. */
size_t ORT_CALL operator_one(const OrtCustomOp *op);
size_t ORT_CALL operator_two(const OrtCustomOp *op);
size_t ORT_CALL operator_three(const OrtCustomOp *op);

/* Shape inference where all outputs are of the first input's shape. */
OrtStatus *ORT_CALL operator_infer_alike(const OrtCustomOp *op, OrtShapeInferContext *context);

/* What is answered to a run, or an attribute, that does not fit. The message is as printf makes it. */
OrtStatus *operator_refuse(const OrtApi *api, const char *format, ...);

/* The threads of the session, which ONNX Runtime does not tell: the node's attribute `threads`, 1 where it has none. */
OrtStatus *operator_threads(const OrtApi *api, const OrtKernelInfo *info, const char *name, size_t *threads);

/* The session's own threads in a run. */
struct pool {
  const OrtApi *api;
  const OrtKernelContext *context;
  size_t count;
  OrtStatus *status; /* Of the first call that failed. */
};
struct threads pool_threads(struct pool *pool);

#endif
