/* The operators `GatedSilu` and `GatedSiluGradient` of the domain `lathe`. */
#ifndef LATHE_GATED_SILU_OP_H
#define LATHE_GATED_SILU_OP_H

#include "onnxruntime.h"

/* The operators, which live as long as the process. */
const OrtCustomOp *gated_silu_op(const OrtApi *api);
const OrtCustomOp *gated_silu_gradient_op(const OrtApi *api);

#endif
