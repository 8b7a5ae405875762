#include "tensor.h"

#include <inttypes.h>
#include <stdio.h>

size_t tensor_count(const struct tensor *tensor, size_t begin, size_t end) {
  size_t count = 1;
  for (size_t axis = begin; axis < end; axis++) count *= (size_t)tensor->sizes[axis];
  return count;
}

bool tensor_same_shape(const struct tensor *one, const struct tensor *other) {
  bool same = one->rank == other->rank;
  for (size_t axis = 0; same && axis < one->rank; axis++) same = one->sizes[axis] == other->sizes[axis];
  return same;
}

OrtStatus *tensor_read(const OrtApi *api, const OrtValue *value, struct tensor *tensor) {
  OrtShape *shape;
  OrtStatus *status = ort_shape(api, value, &shape);
  if (status != NULL) return status;
  status = ort_rank(api, shape, &tensor->rank);
  if (status == NULL && tensor->rank > most_axes)
    status = ort_create_status(api, ort_invalid_argument, "Lathe's kernels take tensors of at most 8 axes.");
  if (status == NULL) status = ort_sizes(api, shape, tensor->sizes, tensor->rank);
  ort_release_shape(api, shape);
  if (status != NULL) return status;
  void *data;
  status = ort_data(api, value, &data);
  if (status == NULL) tensor->data = data;
  return status;
}

OrtStatus *tensor_input(const OrtApi *api, const OrtKernelContext *context, size_t index, struct tensor *tensor,
                        bool *is_there) {
  *is_there = false;
  size_t count;
  OrtStatus *status = ort_input_count(api, context, &count);
  if (status != NULL || index >= count) return status;
  const OrtValue *value = NULL;
  status = ort_input(api, context, index, &value);
  if (status != NULL || value == NULL) return status;
  *is_there = true;
  return tensor_read(api, value, tensor);
}

OrtStatus *tensor_output(const OrtApi *api, OrtKernelContext *context, size_t index, const struct tensor *like,
                         float **made) {
  *made = NULL;
  size_t count;
  OrtStatus *status = ort_output_count(api, context, &count);
  if (status != NULL || index >= count) return status;
  OrtValue *value = NULL;
  status = ort_output(api, context, index, like->sizes, like->rank, &value);
  if (status != NULL || value == NULL) return status;
  void *data;
  status = ort_data(api, value, &data);
  if (status == NULL) *made = data;
  return status;
}

const char *tensor_text(const struct tensor *tensor, char text[tensor_text_size]) {
  size_t at = 0;
  text[at++] = '[';
  for (size_t axis = 0; axis < tensor->rank; axis++) {
    const size_t room = tensor_text_size - at;
    at += (size_t)snprintf(text + at, room, axis == 0 ? "%" PRId64 : ", %" PRId64, tensor->sizes[axis]);
  }
  text[at++] = ']';
  text[at] = '\0';
  return text;
}
