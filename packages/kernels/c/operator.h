/* What all operators have in common, as ONNX Runtime sees them. */
#ifndef LATHE_OPERATOR_H
#define LATHE_OPERATOR_H

#include <stdbool.h>

#include "instruction-set.h"
#include "onnxruntime.h"
#include "tensor.h"
#include "threads.h"

struct operator {
  OrtCustomOp op; /* First, since ONNX Runtime hands this back. */
  const OrtApi *api;
  const char *name;
  /* How many there are, and how many of them, the last ones, a node may leave out. */
  size_t inputs, optional_inputs, outputs, optional_outputs;
};

/* A node of an operator whose only attribute is `threads`. */
struct loop_kernel {
  const struct operator *op;
  const OrtApi *api;
  const struct instruction_set *set; /* Whose loops are used. */
  size_t threads;
};

/*
 * What all operators answer alike: what a `struct operator` says, all of float32 on the CPU, all outputs of the first input's shape,
 * and of each node a `loop_kernel`, or what else was allocated as one piece, which is freed. The rest is 0.
 */
extern const OrtCustomOp operator_base;

/* Reads the inputs of a run that a node may not leave out. */
OrtStatus *operator_inputs(const struct operator *op, const OrtKernelContext *context, struct tensor given[]);

/* What is answered to a run, or an attribute, that does not fit. The message is as printf makes it. */
OrtStatus *operator_refuse(const OrtApi *api, const char *format, ...);

/* The threads of the session, which ONNX Runtime does not tell: the node's attribute `threads`, 1 where it has none. */
OrtStatus *operator_threads(const struct operator *op, const OrtKernelInfo *info, size_t *threads);

/* The session's own threads in a run. */
struct pool {
  const OrtApi *api;
  const OrtKernelContext *context;
  size_t count;
  OrtStatus *status; /* Of the first call that failed. */
};
struct threads pool_threads(struct pool *pool);

#endif
