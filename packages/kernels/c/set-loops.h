/*
 * The loops in plain C for the instruction set of the file that includes this, which says by `SET` what the compiler is told of it:
 * nothing, or an attribute. `SET_LOOPS` names them in the set.
 */
#include "adamw-loop.h"
#include "cross-entropy-loop.h"
#include "gated-silu-loop.h"
#include "masked-softmax-loop.h"
#include "norm-loop.h"

static SET void gate(const struct gate *given) { gate_loop(given); }
static SET void gate_gradient(const struct gate_gradient *given) { gate_gradient_loop(given); }
static SET void masked_softmax(const struct masked_softmax_row *given) { masked_softmax_loop(given); }
static SET void softmax_gradient(const struct softmax_gradient_row *given) { softmax_gradient_loop(given); }
static SET void cross_entropy(const struct cross_entropy_row *given) { cross_entropy_loop(given); }
static SET void adamw(const struct adamw *given) { adamw_loop(given); }
static SET double squares(const float *values, size_t count) { return squares_loop(values, count); }
static SET void norm(const struct norm *given) { norm_loop(given); }
static SET void norm_gradient(const struct norm_gradient *given) { norm_gradient_loop(given); }

#define SET_LOOPS                                                                                                 \
  .gate = gate, .gate_gradient = gate_gradient, .masked_softmax = masked_softmax,                                 \
  .softmax_gradient = softmax_gradient, .cross_entropy = cross_entropy, .adamw = adamw, .squares = squares,       \
  .norm = norm, .norm_gradient = norm_gradient
