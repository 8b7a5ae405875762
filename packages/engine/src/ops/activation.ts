import { type Family, family, type Takes } from '../graph/family.ts';
import type { Value } from '../graph/value.ts';
import { add, exp, mul, neg, sub } from './elementwise.ts';
import { sameType, unary } from './operand.ts';

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = unary(() => activationOps.Sigmoid);

/** Hyperbolic tangent. */
export const tanh = unary(() => activationOps.Tanh);

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
const erf = unary(() => activationOps.Erf);

/** x · sigmoid(x), the gate of Llama's MLP. */
export const silu = unary(() => activationOps.Silu);

/** x · Φ(x), Φ the normal distribution, through erf (Hendrycks and Gimpel 2016). */
export const gelu = unary(() => activationOps.Gelu);

/**
 * x · Φ(x) with Φ by its tanh approximation, ½(1 + tanh(√(2/π)·(x + 0.044715·x³))) (Hendrycks and Gimpel
 * 2016), written as sigmoid of twice the argument, which is the same number.
 */
export function geluTanh(x: Value): Value {
  const twice = 2 * Math.sqrt(2 / Math.PI);
  const inner = mul(x, add(mul(mul(x, x), 0.044715 * twice), twice));
  return mul(x, sigmoid(inner));
}

export type ActivationOps = Record<'Sigmoid' | 'Tanh' | 'Erf' | 'Gelu' | 'Silu', Takes<1>>;

export const activationOps: Family<ActivationOps> = family<ActivationOps>({
  Sigmoid: {
    summary: 'y = 1/(1 + e⁻ˣ);  dx = dy·y·(1 − y).',
    types: sameType,
    gradient: ({ dy, y }) => [mul(dy, mul(y, sub(1, y)))],
  },
  Tanh: {
    summary: 'y = tanh x;  dx = dy·(1 − y²).',
    types: sameType,
    gradient: ({ dy, y }) => [mul(dy, sub(1, mul(y, y)))],
  },
  Erf: {
    summary: 'y = erf x;  dx = dy·2/√π·e^(−x²).',
    types: sameType,
    gradient: ({ dy, inputs: [x] }) => [mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))],
  },
  Gelu: {
    summary: 'y = x·Φ(x) = ½x·(1 + erf t), t = x/√2;  dx = ½dy·(1 + erf t + 2/√π·t·e^(−t²)).',
    types: sameType,
    gradient: ({ dy, inputs: [x] }) => {
      const t = mul(x, Math.SQRT1_2);
      // 2/√π as part of the exponent: one pass over memory less.
      const slope = mul(t, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), mul(t, t))));
      return [mul(mul(dy, add(add(erf(t), slope), 1)), 0.5)];
    },
    lower: ({ dtype }, [x], device) =>
      device === 'cpu' && dtype === 'float32'
        ? undefined
        : mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)),
  },
  Silu: {
    summary: 'y = x·s, s = sigmoid x;  dx = dy·(s + y·(1 − s)).',
    types: sameType,
    gradient: ({ dy, y, inputs: [x] }) => {
      const s = sigmoid(x);
      return [mul(dy, add(s, mul(y, sub(1, s))))];
    },
    // One pass over memory instead of two; the fused kernel knows float32 only.
    lower: ({ dtype }, [x]) => (dtype === 'float32' ? undefined : mul(x, sigmoid(x))),
    onnx: () => ({
      type: 'QuickGelu',
      domain: 'com.microsoft',
      attributes: { alpha: { float: 1 } },
    }),
  },
});
