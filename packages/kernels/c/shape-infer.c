#include "shape-infer.h"

/* ONNX Runtime reads no status of ours here: what went wrong leaves the shape unknown. */
static bool is_well(const OrtApi *api, OrtStatus *status) {
  if (status == NULL) return true;
  ort_release_status(api, status);
  return false;
}

bool shape_read(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape) {
  OrtShape *info; /* The context's own. */
  return is_well(api, ort_inferred_input(api, context, index, &info)) && is_well(api, ort_rank(api, info, &shape->rank)) &&
         shape->rank > 0 && shape->rank <= most_axes && is_well(api, ort_sizes(api, info, shape->sizes, shape->rank)) &&
         is_well(api, ort_size_names(api, info, shape->names, shape->rank));
}

static bool is_known(const struct shape *shape) {
  for (size_t axis = 0; axis < shape->rank; axis++)
    if (shape->sizes[axis] < 0 && (shape->names[axis] == NULL || shape->names[axis][0] == '\0')) return false;
  return true;
}

void shape_write(const OrtApi *api, const OrtShapeInferContext *context, struct shape *shape, struct outputs outputs) {
  OrtShape *info;
  if (!is_known(shape) || !is_well(api, ort_create_shape(api, &info))) return;
  if (is_well(api, ort_set_type(api, info, ort_float)) &&
      is_well(api, ort_set_sizes(api, info, shape->sizes, shape->rank)) &&
      is_well(api, ort_set_size_names(api, info, shape->names, shape->rank)))
    for (size_t at = outputs.begin; at < outputs.end; at++) is_well(api, ort_infer_output(api, context, at, info));
  ort_release_shape(api, info);
}

void shape_pass(const OrtApi *api, const OrtShapeInferContext *context, size_t from, struct outputs outputs) {
  struct shape shape;
  if (shape_read(api, context, from, &shape)) shape_write(api, context, &shape, outputs);
}

int64_t shape_attribute(const OrtApi *api, const OrtShapeInferContext *context, const char *name) {
  const OrtOpAttr *attribute;
  int64_t value = 0;
  size_t bytes;
  const bool is_there = is_well(api, ort_inferred_attribute(api, context, name, &attribute)) &&
                        is_well(api, ort_read_attribute(api, attribute, ort_attribute_int, &value, sizeof value, &bytes));
  return is_there ? value : 0;
}
