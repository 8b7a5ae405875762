/*
 * An ONNX Runtime that refuses one operator, or takes them all, and counts the domains that were made and not released.
 *
 * Prints for each registration whether it was `refused` or `taken`, and the number of domains after it.
 */
#include <stdio.h>
#include <string.h>

#include "onnxruntime.h"

OrtStatus *ORT_CALL RegisterCustomOps(OrtSessionOptions *options, const OrtApiBase *base);

static OrtApi api;
static const OrtApi *ORT_CALL get_api(uint32_t version) { return version <= ort_version ? &api : NULL; }
static const OrtApiBase base = {get_api, NULL};

static int domains, made, added, refused_at;
static int has_rival; /* Another thread registers while the next operator is added. */
static char places[64], *released; /* What statuses and domains point to; nothing looks into them. */

static OrtStatus *registered(void) { return RegisterCustomOps((OrtSessionOptions *)places, &base); }

static OrtStatus *ORT_CALL create_domain(const char *name, OrtCustomOpDomain **domain) {
  if (strcmp(name, "lathe") != 0) return (OrtStatus *)places;
  domains++;
  *domain = (OrtCustomOpDomain *)&places[++made];
  return NULL;
}
static OrtStatus *ORT_CALL add_to_domain(OrtCustomOpDomain *domain, const OrtCustomOp *op) {
  (void)domain, (void)op;
  if (has_rival) {
    has_rival = 0;
    if (registered() != NULL) return (OrtStatus *)places;
  }
  return ++added == refused_at ? (OrtStatus *)places : NULL;
}
static OrtStatus *ORT_CALL add_domain(OrtSessionOptions *options, OrtCustomOpDomain *domain) {
  (void)options;
  return domain == NULL || (char *)domain == released ? (OrtStatus *)places : NULL;
}
static void ORT_CALL release_domain(OrtCustomOpDomain *domain) {
  released = (char *)domain;
  domains--;
}

int main(void) {
  api.functions[26] = (ort_function)create_domain;
  api.functions[27] = (ort_function)add_to_domain;
  api.functions[28] = (ort_function)add_domain;
  api.functions[101] = (ort_function)release_domain;
  const int refusals[] = {1, 4, 0, 0};
  for (size_t at = 0; at < sizeof refusals / sizeof refusals[0]; at++) {
    added = 0;
    refused_at = refusals[at];
    has_rival = at == 2;
    const char *outcome = registered() == NULL ? "taken" : "refused";
    printf("%s %d\n", outcome, domains);
  }
  return 0;
}
