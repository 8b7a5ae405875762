import type { Value } from '../graph/value.ts';
import { add, mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';

/**
 * A low-rank adapter beside a linear layer: base + scale·(x·Aᵀ)·Bᵀ. The scale is applied to the
 * narrow middle `[tokens, rank]`, where it costs least. `x` has been through dropout, if there is any.
 */
export function loraLinear(
  base: Value,
  x: Value,
  { a, b, scale }: { readonly a: Value; readonly b: Value; readonly scale: number },
): Value {
  const middle = mul(matmul(x, a, { transB: true }), scale);
  return add(base, matmul(middle, b, { transB: true }));
}
