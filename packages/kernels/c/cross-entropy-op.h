/* The operator `SoftmaxCrossEntropy` of the domain `lathe`. */
#ifndef LATHE_CROSS_ENTROPY_OP_H
#define LATHE_CROSS_ENTROPY_OP_H

#include "onnxruntime.h"

/* The operator, which lives as long as the process. */
const OrtCustomOp *softmax_cross_entropy_op(const OrtApi *api);

#endif
