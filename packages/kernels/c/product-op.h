/* The operator `Product` of the domain `lathe`. */
#ifndef LATHE_PRODUCT_OP_H
#define LATHE_PRODUCT_OP_H

#include "onnxruntime.h"

/* The operator, which lives as long as the process. */
const OrtCustomOp *product_op(const OrtApi *api);

/*
 * Tells ONNX Runtime the shape of Y where those of A and B are known, so that it plans memory as for its own operators. Says
 * nothing of sizes that do not fit: a run refuses them.
 */
OrtStatus *ORT_CALL product_infer(const OrtCustomOp *op, OrtShapeInferContext *context);

#endif
