import type { Value } from '../graph/value.ts';
import { stopGradient } from '../ops/block.ts';
import { add, div, mul, sqrt } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { sumSquares } from '../ops/reduce.ts';
import type { BaseLinear } from './adaptation.ts';

export type LoraFactors = { readonly a: Value; readonly b: Value; readonly scale: number };

/**
 * A low-rank adapter beside a linear layer: base + scale·(x·Aᵀ)·Bᵀ. The scale is applied to the
 * narrow middle `[tokens, rank]`, where it costs least. `x` has been through dropout, if there is any.
 */
export function loraLinear(base: Value, x: Value, { a, b, scale }: LoraFactors): Value {
  const middle = mul(matmul(x, a, { transB: true }), scale);
  return add(base, matmul(middle, b, { transB: true }));
}

/**
 * DoRA: (m / ‖W + s·BA‖)·(x·Wᵀ + s·(x'·Aᵀ)·Bᵀ) + bias, the norm taken over each row and held fixed for the
 * gradient, as peft has it. x' has been through dropout, and `factors.scale` carries its 1/(1 − rate).
 */
export function doraLinear(
  base: BaseLinear,
  { x, dropped }: { readonly x: Value; readonly dropped: Value },
  {
    magnitude,
    scale,
    factors,
  }: { readonly magnitude: Value; readonly scale: number; readonly factors: LoraFactors },
): Value {
  const outputs = magnitude.shape[0] as number;
  const change = mul(matmul(factors.b, factors.a), scale);
  const norm = sqrt(sumSquares(add(base.weight(), change), { axes: [1], keepDims: false }));
  const ratio = div(magnitude, stopGradient(norm));
  const whole = loraLinear(base.product(x), dropped, factors);
  const scaled = mul(whole, reshape(ratio, [1, outputs]));
  return base.bias === undefined ? scaled : add(scaled, base.bias);
}
