/* The operators `MaskedSoftmax` and `SoftmaxGradient` of the domain `lathe`. */
#ifndef LATHE_MASKED_SOFTMAX_OP_H
#define LATHE_MASKED_SOFTMAX_OP_H

#include "onnxruntime.h"

/* The operators, which live as long as the process. */
const OrtCustomOp *masked_softmax_op(const OrtApi *api);
const OrtCustomOp *softmax_gradient_op(const OrtApi *api);

#endif
