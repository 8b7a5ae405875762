#include <stdbool.h>

#include "operator.h"
#include "product-op.h"
#include "tensor.h"

/* Sizes of an input, a name where the size is known only in a run. */
struct shape {
  size_t rank;
  int64_t sizes[most_axes];
  const char *names[most_axes];
};

/* ONNX Runtime reads no status of ours here: what went wrong leaves the shape unknown. */
static bool is_well(const OrtApi *api, OrtStatus *status) {
  if (status == NULL) return true;
  ort_release_status(api, status);
  return false;
}

static bool read_flag(const OrtApi *api, const OrtShapeInferContext *context, const char *name) {
  const OrtOpAttr *attribute;
  int64_t flag = 0;
  size_t bytes;
  return is_well(api, ort_inferred_attribute(api, context, name, &attribute)) &&
         is_well(api, ort_read_attribute(api, attribute, ort_attribute_int, &flag, sizeof flag, &bytes)) && flag == 1;
}

/* False for a shape that nothing is known of, which looks as if it had no axes. */
static bool read_shape(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape) {
  OrtShape *info; /* The context's own. */
  return is_well(api, ort_inferred_input(api, context, index, &info)) &&
         is_well(api, ort_rank(api, info, &shape->rank)) && shape->rank >= 2 && shape->rank <= most_axes &&
         is_well(api, ort_sizes(api, info, shape->sizes, shape->rank)) &&
         is_well(api, ort_size_names(api, info, shape->names, shape->rank));
}

/* A size without a number and a name would be told as -1. */
static bool is_told(const struct shape *shape) {
  for (size_t axis = 0; axis < shape->rank; axis++)
    if (shape->sizes[axis] < 0 && (shape->names[axis] == NULL || shape->names[axis][0] == '\0')) return false;
  return true;
}

static void write_shape(const OrtApi *api, const OrtShapeInferContext *context, struct shape *shape) {
  OrtShape *info;
  if (!is_well(api, ort_create_shape(api, &info))) return;
  if (is_well(api, ort_set_type(api, info, ort_float)) &&
      is_well(api, ort_set_sizes(api, info, shape->sizes, shape->rank)) &&
      is_well(api, ort_set_size_names(api, info, shape->names, shape->rank)))
    is_well(api, ort_infer_output(api, context, 0, info));
  ort_release_shape(api, info);
}

OrtStatus *ORT_CALL product_infer(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const OrtApi *api = ((const struct operator *)op)->api;
  struct shape y, b;
  if (!read_shape(api, context, 0, &y) || !read_shape(api, context, 1, &b)) return NULL;
  const size_t a_last = y.rank - 1, b_axis = read_flag(api, context, "trans_b") ? 0 : b.rank - 1;
  if (read_flag(api, context, "trans_a")) {
    y.sizes[0] = y.sizes[a_last];
    y.names[0] = y.names[a_last];
    y.rank = 2;
  }
  y.sizes[y.rank - 1] = b.sizes[b_axis];
  y.names[y.rank - 1] = b.names[b_axis];
  if (is_told(&y)) write_shape(api, context, &y);
  return NULL;
}
