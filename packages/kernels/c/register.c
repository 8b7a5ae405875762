/* Where ONNX Runtime finds the operators. */
#include <stdatomic.h>

#include "cross-entropy-op.h"
#include "exported.h"
#include "gated-silu-op.h"
#include "masked-softmax-op.h"
#include "norm-op.h"
#include "product-op.h"

static _Atomic(OrtCustomOpDomain *) made;

/* The domain of all sessions of this process: sessions hold it without owning it. */
static OrtStatus *domain_of(const OrtApi *api, OrtCustomOpDomain **domain) {
  *domain = atomic_load(&made);
  if (*domain != NULL) return NULL;
  OrtCustomOpDomain *mine;
  OrtStatus *status = ort_create_domain(api, "lathe", &mine);
  if (status != NULL) return status;
  const OrtCustomOp *ops[] = {product_op(api),        gated_silu_op(api),         gated_silu_gradient_op(api),
                              masked_softmax_op(api), softmax_gradient_op(api),   softmax_cross_entropy_op(api),
                              rms_norm_op(api),       rms_norm_gradient_op(api), layer_norm_op(api),
                              layer_norm_gradient_op(api)};
  for (size_t at = 0; status == NULL && at < sizeof ops / sizeof ops[0]; at++)
    status = ort_add_to_domain(api, mine, ops[at]);
  /* Another thread may have made one meanwhile: the first counts. */
  if (status == NULL && atomic_compare_exchange_strong(&made, domain, mine))
    *domain = mine;
  else
    ort_release_domain(api, mine);
  return status;
}

EXPORTED OrtStatus *ORT_CALL RegisterCustomOps(OrtSessionOptions *options, const OrtApiBase *base) {
  const OrtApi *api = base->GetApi(ort_version);
  if (api == NULL)
    return ort_create_status(base->GetApi(1), ort_fail, "This ONNX Runtime is older than Lathe's kernels need.");
  OrtCustomOpDomain *domain;
  OrtStatus *status = domain_of(api, &domain);
  return status == NULL ? ort_add_domain(api, options, domain) : status;
}
