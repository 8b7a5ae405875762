/*
 * What is called of ONNX Runtime's C API. Its table of functions only ever grows at its end, so that the places here hold for
 * every version since the one asked for; `struct OrtCustomOp` likewise.
 */
#ifndef LATHE_ONNXRUNTIME_H
#define LATHE_ONNXRUNTIME_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define ORT_CALL __stdcall
#else
#define ORT_CALL
#endif

/* The version whose table and struct have all that is named here. */
enum { ort_version = 18 };

typedef struct OrtStatus OrtStatus; /* NULL where all went well. */
typedef struct OrtValue OrtValue;
typedef struct OrtShape OrtShape; /* `OrtTensorTypeAndShapeInfo` in the API. */
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtShapeInferContext OrtShapeInferContext;
typedef struct OrtOpAttr OrtOpAttr;

typedef void(ORT_CALL *ort_function)(void);
typedef struct OrtApi {
  ort_function functions[275];
} OrtApi;
typedef struct OrtApiBase {
  const OrtApi *(ORT_CALL *GetApi)(uint32_t version);
  const char *(ORT_CALL *GetVersionString)(void);
} OrtApiBase;

enum { ort_fail = 1, ort_invalid_argument = 2 };
enum { ort_float = 1, ort_int32 = 6 };
enum { ort_required = 0, ort_optional = 1 };
enum { ort_attribute_int = 1 };
enum { ort_default_memory = 0 };

typedef struct OrtCustomOp OrtCustomOp;
struct OrtCustomOp {
  uint32_t version;
  void *(ORT_CALL *CreateKernel)(const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *);
  const char *(ORT_CALL *GetName)(const OrtCustomOp *);
  const char *(ORT_CALL *GetExecutionProviderType)(const OrtCustomOp *);
  int(ORT_CALL *GetInputType)(const OrtCustomOp *, size_t index);
  size_t(ORT_CALL *GetInputTypeCount)(const OrtCustomOp *);
  int(ORT_CALL *GetOutputType)(const OrtCustomOp *, size_t index);
  size_t(ORT_CALL *GetOutputTypeCount)(const OrtCustomOp *);
  void(ORT_CALL *KernelCompute)(void *kernel, OrtKernelContext *);
  void(ORT_CALL *KernelDestroy)(void *kernel);
  int(ORT_CALL *GetInputCharacteristic)(const OrtCustomOp *, size_t index);
  int(ORT_CALL *GetOutputCharacteristic)(const OrtCustomOp *, size_t index);
  int(ORT_CALL *GetInputMemoryType)(const OrtCustomOp *, size_t index);
  int(ORT_CALL *GetVariadicInputMinArity)(const OrtCustomOp *);
  int(ORT_CALL *GetVariadicInputHomogeneity)(const OrtCustomOp *);
  int(ORT_CALL *GetVariadicOutputMinArity)(const OrtCustomOp *);
  int(ORT_CALL *GetVariadicOutputHomogeneity)(const OrtCustomOp *);
  OrtStatus *(ORT_CALL *CreateKernelV2)(const OrtCustomOp *, const OrtApi *, const OrtKernelInfo *, void **kernel);
  OrtStatus *(ORT_CALL *KernelComputeV2)(void *kernel, OrtKernelContext *);
  OrtStatus *(ORT_CALL *InferOutputShapeFn)(const OrtCustomOp *, OrtShapeInferContext *);
  int(ORT_CALL *GetStartVersion)(const OrtCustomOp *);
  int(ORT_CALL *GetEndVersion)(const OrtCustomOp *);
  size_t(ORT_CALL *GetMayInplace)(int **inputs, int **outputs);
  void(ORT_CALL *ReleaseMayInplace)(int *inputs, int *outputs);
  size_t(ORT_CALL *GetAliasMap)(int **inputs, int **outputs);
  void(ORT_CALL *ReleaseAliasMap)(int *inputs, int *outputs);
};

/* Each function takes the table first, and then what the API's function takes. */
#define ORT_CALLS(place, name, types, parameters, given)                                     \
  static inline OrtStatus *name parameters {                                                 \
    return ((OrtStatus * (ORT_CALL *) types) api->functions[place]) given;                   \
  }

ORT_CALLS(0, ort_create_status, (int, const char *),
          (const OrtApi *api, int code, const char *message), (code, message))
ORT_CALLS(26, ort_create_domain, (const char *, OrtCustomOpDomain **),
          (const OrtApi *api, const char *name, OrtCustomOpDomain **domain), (name, domain))
ORT_CALLS(27, ort_add_to_domain, (OrtCustomOpDomain *, const OrtCustomOp *),
          (const OrtApi *api, OrtCustomOpDomain *domain, const OrtCustomOp *op), (domain, op))
ORT_CALLS(28, ort_add_domain, (OrtSessionOptions *, OrtCustomOpDomain *),
          (const OrtApi *api, OrtSessionOptions *options, OrtCustomOpDomain *domain), (options, domain))
ORT_CALLS(51, ort_data, (const OrtValue *, void **),
          (const OrtApi *api, const OrtValue *value, void **data), (value, data))
ORT_CALLS(57, ort_create_shape, (OrtShape **), (const OrtApi *api, OrtShape **shape), (shape))
ORT_CALLS(58, ort_set_type, (OrtShape *, int), (const OrtApi *api, OrtShape *shape, int type), (shape, type))
ORT_CALLS(59, ort_set_sizes, (OrtShape *, const int64_t *, size_t),
          (const OrtApi *api, OrtShape *shape, const int64_t *sizes, size_t rank), (shape, sizes, rank))
ORT_CALLS(61, ort_rank, (const OrtShape *, size_t *),
          (const OrtApi *api, const OrtShape *shape, size_t *rank), (shape, rank))
ORT_CALLS(62, ort_sizes, (const OrtShape *, int64_t *, size_t),
          (const OrtApi *api, const OrtShape *shape, int64_t *sizes, size_t rank), (shape, sizes, rank))
ORT_CALLS(63, ort_size_names, (const OrtShape *, const char **, size_t),
          (const OrtApi *api, const OrtShape *shape, const char **names, size_t rank), (shape, names, rank))
ORT_CALLS(65, ort_shape, (const OrtValue *, OrtShape **),
          (const OrtApi *api, const OrtValue *value, OrtShape **shape), (value, shape))
ORT_CALLS(85, ort_float_attribute, (const OrtKernelInfo *, const char *, float *),
          (const OrtApi *api, const OrtKernelInfo *info, const char *name, float *value), (info, name, value))
ORT_CALLS(86, ort_int_attribute, (const OrtKernelInfo *, const char *, int64_t *),
          (const OrtApi *api, const OrtKernelInfo *info, const char *name, int64_t *value), (info, name, value))
ORT_CALLS(88, ort_input_count, (const OrtKernelContext *, size_t *),
          (const OrtApi *api, const OrtKernelContext *context, size_t *count), (context, count))
ORT_CALLS(89, ort_output_count, (const OrtKernelContext *, size_t *),
          (const OrtApi *api, const OrtKernelContext *context, size_t *count), (context, count))
ORT_CALLS(90, ort_input, (const OrtKernelContext *, size_t, const OrtValue **),
          (const OrtApi *api, const OrtKernelContext *context, size_t index, const OrtValue **value),
          (context, index, value))
ORT_CALLS(91, ort_output, (OrtKernelContext *, size_t, const int64_t *, size_t, OrtValue **),
          (const OrtApi *api, OrtKernelContext *context, size_t index, const int64_t *sizes, size_t rank,
           OrtValue **value),
          (context, index, sizes, rank, value))
ORT_CALLS(268, ort_inferred_input, (const OrtShapeInferContext *, size_t, OrtShape **),
          (const OrtApi *api, const OrtShapeInferContext *context, size_t index, OrtShape **shape),
          (context, index, shape))
ORT_CALLS(269, ort_inferred_attribute, (const OrtShapeInferContext *, const char *, const OrtOpAttr **),
          (const OrtApi *api, const OrtShapeInferContext *context, const char *name, const OrtOpAttr **attribute),
          (context, name, attribute))
ORT_CALLS(270, ort_infer_output, (const OrtShapeInferContext *, size_t, const OrtShape *),
          (const OrtApi *api, const OrtShapeInferContext *context, size_t index, const OrtShape *shape),
          (context, index, shape))
ORT_CALLS(271, ort_set_size_names, (OrtShape *, const char **, size_t),
          (const OrtApi *api, OrtShape *shape, const char **names, size_t rank), (shape, names, rank))
ORT_CALLS(272, ort_read_attribute, (const OrtOpAttr *, int, void *, size_t, size_t *),
          (const OrtApi *api, const OrtOpAttr *attribute, int type, void *value, size_t bytes, size_t *needed),
          (attribute, type, value, bytes, needed))
ORT_CALLS(274, ort_parallel_for, (const OrtKernelContext *, void (*)(void *, size_t), size_t, size_t, void *),
          (const OrtApi *api, const OrtKernelContext *context, void (*task)(void *, size_t), size_t count,
           size_t batches, void *data),
          (context, task, count, batches, data))

static inline void ort_release_status(const OrtApi *api, OrtStatus *status) {
  ((void(ORT_CALL *)(OrtStatus *))api->functions[93])(status);
}
static inline void ort_release_shape(const OrtApi *api, OrtShape *shape) {
  ((void(ORT_CALL *)(OrtShape *))api->functions[99])(shape);
}
static inline void ort_release_domain(const OrtApi *api, OrtCustomOpDomain *domain) {
  ((void(ORT_CALL *)(OrtCustomOpDomain *))api->functions[101])(domain);
}

#endif
