#include "operator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tensor.h"

OrtStatus *operator_refuse(const OrtApi *api, const char *format, ...) {
  char message[3 * tensor_text_size + 200];
  va_list given;
  va_start(given, format);
  vsnprintf(message, sizeof message, format, given);
  va_end(given);
  return ort_create_status(api, ort_invalid_argument, message);
}

/* On more threads than that each of them has too little to do. */
static const int64_t most_threads = 256;

OrtStatus *operator_threads(const OrtApi *api, const OrtKernelInfo *info, const char *name, size_t *threads) {
  int64_t value = 1;
  OrtStatus *missing = ort_int_attribute(api, info, "threads", &value);
  if (missing != NULL) {
    ort_release_status(api, missing);
    value = 1;
  }
  if (value < 1)
    return operator_refuse(api, "%s: threads is %lld; it must be 1 or more.", name, (long long)value);
  *threads = (size_t)(value < most_threads ? value : most_threads);
  return NULL;
}

static OrtStatus *ORT_CALL create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **self) {
  struct loop_kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return ort_create_status(api, ort_fail, "no memory is left for an operator.");
  *kernel = (struct loop_kernel){api, instruction_set(), 1};
  OrtStatus *status = operator_threads(api, info, op->GetName(op), &kernel->threads);
  if (status == NULL)
    *self = kernel;
  else
    free(kernel);
  return status;
}
static void ORT_CALL destroy(void *self) { free(self); }

static void each(void *self, void (*task)(void *data, size_t index), size_t count, void *data) {
  struct pool *pool = self;
  if (pool->status == NULL) pool->status = ort_parallel_for(pool->api, pool->context, task, count, 0, data);
}

struct threads pool_threads(struct pool *pool) { return (struct threads){pool, pool->count, each}; }

static const char *ORT_CALL provider(const OrtCustomOp *op) {
  (void)op;
  return "CPUExecutionProvider";
}
static int ORT_CALL element_type(const OrtCustomOp *op, size_t index) {
  (void)op, (void)index;
  return ort_float;
}
static int ORT_CALL kind(const OrtCustomOp *op, size_t index) {
  (void)op, (void)index;
  return ort_required;
}
static int ORT_CALL memory(const OrtCustomOp *op, size_t index) {
  (void)op, (void)index;
  return ort_default_memory;
}
static int ORT_CALL first_version(const OrtCustomOp *op) {
  (void)op;
  return 1;
}
static int ORT_CALL last_version(const OrtCustomOp *op) {
  (void)op;
  return INT32_MAX;
}
/* Places that are told are constants of each operator. */
static void ORT_CALL keep(int *inputs, int *outputs) { (void)inputs, (void)outputs; }

size_t ORT_CALL operator_one(const OrtCustomOp *op) {
  (void)op;
  return 1;
}
size_t ORT_CALL operator_two(const OrtCustomOp *op) {
  (void)op;
  return 2;
}
size_t ORT_CALL operator_three(const OrtCustomOp *op) {
  (void)op;
  return 3;
}

OrtStatus *ORT_CALL operator_infer_alike(const OrtCustomOp *op, OrtShapeInferContext *context) {
  const OrtApi *api = ((const struct operator *)op)->api;
  OrtShape *shape; /* The context's own. */
  OrtStatus *status = ort_inferred_input(api, context, 0, &shape);
  for (size_t at = 0; status == NULL && at < op->GetOutputTypeCount(op); at++)
    status = ort_infer_output(api, context, at, shape);
  return status;
}

const OrtCustomOp operator_base = {
    .version = ort_version,
    .GetExecutionProviderType = provider,
    .GetInputType = element_type,
    .GetOutputType = element_type,
    .GetInputCharacteristic = kind,
    .GetOutputCharacteristic = kind,
    .GetInputMemoryType = memory,
    .GetStartVersion = first_version,
    .GetEndVersion = last_version,
    .CreateKernelV2 = create,
    .KernelDestroy = destroy,
    .ReleaseMayInplace = keep,
};
