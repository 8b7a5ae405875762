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

/* False for a shape that nothing is known of, which looks as if it had no axes. */
bool shape_read(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape);

/* The outputs from `begin` to before `end`. */
struct outputs {
  size_t begin, end;
};

/*
 * Tells the shape of outputs of float32, where all sizes have a number or a name: others would be told as -1, and taken for the same
 * size wherever they stand.
 */
void shape_write(const OrtApi *api, const OrtShapeInferContext *context, struct shape *shape, struct outputs outputs);

/* Tells that outputs are of an input's shape. */
void shape_pass(const OrtApi *api, const OrtShapeInferContext *context, size_t from, struct outputs outputs);

/* An attribute of the node that is a whole number; 0 where it has none. */
int64_t shape_attribute(const OrtApi *api, const OrtShapeInferContext *context, const char *name);

#endif
