/* Tensors of float32 as an operator gets them from ONNX Runtime. */
#ifndef LATHE_TENSOR_H
#define LATHE_TENSOR_H

#include <stdbool.h>

#include "onnxruntime.h"

enum { most_axes = 8 };

struct tensor {
  size_t rank;
  int64_t sizes[most_axes];
  float *data;
};

/* The numbers of all axes before `axis` multiplied: how often what follows lies there. */
size_t tensor_count(const struct tensor *tensor, size_t begin, size_t end);

bool tensor_same_shape(const struct tensor *one, const struct tensor *other);

/* Reads where a value lies, and its sizes. */
OrtStatus *tensor_read(const OrtApi *api, const OrtValue *value, struct tensor *tensor);

/* Reads an input of a run. `is_there` is false for an optional one that was left out. */
OrtStatus *tensor_input(const OrtApi *api, const OrtKernelContext *context, size_t index, struct tensor *tensor,
                        bool *is_there);

/* Takes room for an output of a run, of the shape of `like`. NULL for an optional one that the node does not have. */
OrtStatus *tensor_output(const OrtApi *api, OrtKernelContext *context, size_t index, const struct tensor *like,
                         float **made);

/* "[2, 3]", for messages. Returns `text`. */
enum { tensor_text_size = 21 * most_axes + 3 };
const char *tensor_text(const struct tensor *tensor, char text[tensor_text_size]);

#endif
