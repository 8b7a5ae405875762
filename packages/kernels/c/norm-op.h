/* The operators `RmsNorm`, `RmsNormGradient`, `LayerNorm` and `LayerNormGradient` of the domain `lathe`. */
#ifndef LATHE_NORM_OP_H
#define LATHE_NORM_OP_H

#include "onnxruntime.h"

/* The operators, which live as long as the process. */
const OrtCustomOp *rms_norm_op(const OrtApi *api);
const OrtCustomOp *rms_norm_gradient_op(const OrtApi *api);
const OrtCustomOp *layer_norm_op(const OrtApi *api);
const OrtCustomOp *layer_norm_gradient_op(const OrtApi *api);

#endif
