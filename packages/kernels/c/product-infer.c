#include "operator.h"
#include "product-op.h"
#include "shape-infer.h"

static bool read_flag(const OrtApi *api, const OrtShapeInferContext *context, const char *name) {
  const OrtOpAttr *attribute;
  int64_t flag = 0;
  size_t bytes;
  return shape_is_well(api, ort_inferred_attribute(api, context, name, &attribute)) &&
         shape_is_well(api, ort_read_attribute(api, attribute, ort_attribute_int, &flag, sizeof flag, &bytes)) && flag == 1;
}

OrtStatus *ORT_CALL product_infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const OrtApi *api = ((const struct operator *)op)->api;
  struct shape y, b;
  if (!shape_read(api, context, 0, &y) || !shape_read(api, context, 1, &b)) return NULL;
  const size_t a_last = y.rank - 1, b_axis = read_flag(api, context, "trans_b") ? 0 : b.rank - 1;
  if (read_flag(api, context, "trans_a")) {
    y.sizes[0] = y.sizes[a_last];
    y.names[0] = y.names[a_last];
    y.rank = 2;
  }
  y.sizes[y.rank - 1] = b.sizes[b_axis];
  y.names[y.rank - 1] = b.names[b_axis];
  if (shape_is_told(&y)) shape_write(api, context, 0, &y);
  return NULL;
}
