#include "operator.h"
#include "product-op.h"
#include "shape-infer.h"

OrtStatus *ORT_CALL product_infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const OrtApi *api = ((const struct operator *)op)->api;
  struct shape y, b;
  if (!shape_read(api, context, 0, &y) || !shape_read(api, context, 1, &b) || y.rank < 2 || b.rank < 2) return NULL;
  const size_t a_last = y.rank - 1, b_axis = shape_attribute(api, context, "trans_b") == 1 ? 0 : b.rank - 1;
  if (shape_attribute(api, context, "trans_a") == 1) {
    y.sizes[0] = y.sizes[a_last];
    y.names[0] = y.names[a_last];
    y.rank = 2;
  }
  y.sizes[y.rank - 1] = b.sizes[b_axis];
  y.names[y.rank - 1] = b.names[b_axis];
  shape_write(api, context, &y, (struct outputs){0, 1});
  return NULL;
}
