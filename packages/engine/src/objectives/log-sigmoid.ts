import type { Value } from '../graph/value.ts';
import { tanh } from '../ops/activation.ts';
import { greater, less, where } from '../ops/comparison.ts';
import { abs, add, exp, log, mul, neg, sub } from '../ops/elementwise.ts';

/**
 * ln σ(x) = min(x, 0) − ln(1 + e^(−|x|)): no overflow for any x. Its gradient at 0, where a run with a reference
 * begins, is ½.
 */
export function logSigmoid(x: Value): Value {
  // `where` and the gradient of |x| both take 0 for positive, so the two halves meet at 0.
  return sub(where(less(x, 0), x, 0), log(add(exp(neg(abs(x))), 1)));
}

/** max(x, 0), with gradient 0 at 0. */
export function relu(x: Value): Value {
  return where(greater(x, 0), x, 0);
}

/**
 * ln(1 − eˣ) for x < 0, without cancellation near 0: 1 − eˣ = −2t / (1 − t) with t = tanh(x / 2).
 */
export function log1mExp(x: Value): Value {
  const t = tanh(mul(x, 0.5));
  return sub(log(mul(t, -2)), log(sub(1, t)));
}
