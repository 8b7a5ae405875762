/* Shapes as an operator's inference reads and tells them. */
#ifndef LATHE_SHAPE_INFER_H
#define LATHE_SHAPE_INFER_H

#include <stdbool.h>

#include "onnxruntime.h"
#include "tensor.h"

/* Sizes of an input, a name where the size is known only in a run. */
struct shape {
  size_t rank;
  int64_t sizes[most_axes];
  const char *names[most_axes];
};

/* ONNX Runtime reads no status of ours here: what went wrong leaves the shape unknown. */
bool shape_is_well(const OrtApi *api, OrtStatus *status);

/* False for a shape that nothing is known of, which looks as if it had no axes, and for one of a single axis. */
bool shape_read(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape);

/* A size without a number and a name would be told as -1. */
bool shape_is_told(const struct shape *shape);

/* Tells the shape of an output of float32. */
void shape_write(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape);

#endif
