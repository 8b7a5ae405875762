#include "shape-infer.h"

bool shape_is_well(const OrtApi *api, OrtStatus *status) {
  if (status == NULL) return true;
  ort_release_status(api, status);
  return false;
}

bool shape_read(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape) {
  OrtShape *info; /* The context's own. */
  return shape_is_well(api, ort_inferred_input(api, context, index, &info)) &&
         shape_is_well(api, ort_rank(api, info, &shape->rank)) && shape->rank >= 2 && shape->rank <= most_axes &&
         shape_is_well(api, ort_sizes(api, info, shape->sizes, shape->rank)) &&
         shape_is_well(api, ort_size_names(api, info, shape->names, shape->rank));
}

bool shape_is_told(const struct shape *shape) {
  for (size_t axis = 0; axis < shape->rank; axis++)
    if (shape->sizes[axis] < 0 && (shape->names[axis] == NULL || shape->names[axis][0] == '\0')) return false;
  return true;
}

void shape_write(const OrtApi *api, const OrtShapeInferContext *context, size_t index, struct shape *shape) {
  OrtShape *info;
  if (!shape_is_well(api, ort_create_shape(api, &info))) return;
  if (shape_is_well(api, ort_set_type(api, info, ort_float)) &&
      shape_is_well(api, ort_set_sizes(api, info, shape->sizes, shape->rank)) &&
      shape_is_well(api, ort_set_size_names(api, info, shape->names, shape->rank)))
    shape_is_well(api, ort_infer_output(api, context, index, info));
  ort_release_shape(api, info);
}
