#include "operator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "shape-infer.h"

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

OrtStatus *operator_threads(const struct operator *op, const OrtKernelInfo *info, size_t *threads) {
  int64_t value = 1;
  OrtStatus *missing = ort_int_attribute(op->api, info, "threads", &value);
  if (missing != NULL) {
    ort_release_status(op->api, missing);
    value = 1;
  }
  if (value < 1)
    return operator_refuse(op->api, "%s: threads is %lld; it must be 1 or more.", op->name, (long long)value);
  *threads = (size_t)(value < most_threads ? value : most_threads);
  return NULL;
}

OrtStatus *operator_inputs(const struct operator *op, const OrtKernelContext *context, struct tensor given[]) {
  const size_t needed = op->inputs - op->optional_inputs;
  for (size_t at = 0; at < needed; at++) {
    bool is_there;
    OrtStatus *status = tensor_input(op->api, context, at, &given[at], &is_there);
    if (status != NULL) return status;
    if (!is_there) return operator_refuse(op->api, "%s: it needs its first %zu inputs.", op->name, needed);
  }
  return NULL;
}

static const struct operator *operator_of(const OrtCustomOp *op) { return (const struct operator *)op; }

static OrtStatus *ORT_CALL create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **self) {
  struct loop_kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return ort_create_status(api, ort_fail, "no memory is left for an operator.");
  *kernel = (struct loop_kernel){operator_of(op), api, instruction_set(), 1};
  OrtStatus *status = operator_threads(kernel->op, info, &kernel->threads);
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
static const char *ORT_CALL name(const OrtCustomOp *op) { return operator_of(op)->name; }
static size_t ORT_CALL input_count(const OrtCustomOp *op) { return operator_of(op)->inputs; }
static size_t ORT_CALL output_count(const OrtCustomOp *op) { return operator_of(op)->outputs; }
static int ORT_CALL input_kind(const OrtCustomOp *op, size_t index) {
  return index + operator_of(op)->optional_inputs < operator_of(op)->inputs ? ort_required : ort_optional;
}
static int ORT_CALL output_kind(const OrtCustomOp *op, size_t index) {
  return index + operator_of(op)->optional_outputs < operator_of(op)->outputs ? ort_required : ort_optional;
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

static OrtStatus *ORT_CALL infer_alike(const OrtCustomOp *op, OrtShapeInferContext *context) {
  shape_pass(operator_of(op)->api, context, 0, (struct outputs){0, operator_of(op)->outputs});
  return NULL;
}

const OrtCustomOp operator_base = {
    .version = ort_version,
    .GetName = name,
    .GetExecutionProviderType = provider,
    .GetInputType = element_type,
    .GetInputTypeCount = input_count,
    .GetOutputType = element_type,
    .GetOutputTypeCount = output_count,
    .GetInputCharacteristic = input_kind,
    .GetOutputCharacteristic = output_kind,
    .GetInputMemoryType = memory,
    .GetStartVersion = first_version,
    .GetEndVersion = last_version,
    .CreateKernelV2 = create,
    .KernelDestroy = destroy,
    .InferOutputShapeFn = infer_alike,
    .ReleaseMayInplace = keep,
};
