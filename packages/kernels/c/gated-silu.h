/* The gate of a gated MLP, SiLU(g) * u, and its gradients, each in one pass over memory. */
#ifndef LATHE_GATED_SILU_H
#define LATHE_GATED_SILU_H

#include <stddef.h>

#include "instruction-set.h"
#include "threads.h"

/* y[i] = SiLU(g[i]) * u[i], SiLU(x) = x / (1 + exp(-x)). `y` may be `g` or `u`. The same bits on any number of threads and by every set. */
void gated_silu_run(const struct instruction_set *set, const struct gate *gate, const struct threads *threads);

/* dg[i] = dy[i] * u[i] * SiLU'(g[i]) and du[i] = dy[i] * SiLU(g[i]). Either may be any of the three that are read. */
void gated_silu_gradient_run(const struct instruction_set *set, const struct gate_gradient *gate,
                             const struct threads *threads);

#endif
