import { sameShape } from '../graph/shape.ts';
import type { Inputs, Op, Value, ValueType } from '../graph/value.ts';
import { type KernelAttributes, kernelForm, refusedInputs } from './kernel-form.ts';

type NormAttributes = KernelAttributes & { readonly epsilon: number };

type GradientAttributes = NormAttributes & {
  /** How many sums over rows are made besides: none, the weight's gradient, or that and the bias's. */
  readonly sums: number;
};

/** A norm of kernels of our own (`packages/kernels`), which gives no statistics, and its gradients, which read none. */
export type KernelNorm = {
  readonly forward: Op<NormAttributes, Inputs>;
  /** Of dy, x, weight, and what is added to dx, which may be left out. */
  readonly gradients: Op<GradientAttributes, Inputs>;
};

/** What RmsNorm becomes there. It is made when gradients are there already, so it needs none. */
export const kernelRmsNorm: KernelNorm = kernelNorm('RmsNorm', {
  forward: 'y = x·r·w, r = 1/√(mean x² + ε).',
  gradients: 'b = dy·w, x̂ = x·r: dx = added + r·(b − x̂·mean(b·x̂));  dw = Σ dy·x̂.',
});

/** What LayerNorm becomes there. */
export const kernelLayerNorm: KernelNorm = kernelNorm('LayerNorm', {
  forward: 'y = (x − m)·r·w + c, r = 1/√(var + ε).',
  gradients:
    'b = dy·w, x̂ = (x − m)·r: dx = added + r·(b − mean b − x̂·mean(b·x̂));  dw = Σ dy·x̂;  dc = Σ dy.',
});

/** Whether the kernels take these: float32, with weights of one row of x. */
export function canNorm(x: Value, weights: Inputs): boolean {
  return [x, ...weights].every(({ dtype }) => dtype === 'float32') && fit(x, weights);
}

function kernelNorm(
  type: 'RmsNorm' | 'LayerNorm',
  summary: { readonly forward: string; readonly gradients: string },
): KernelNorm {
  const gradient = { none: 'Gradients are built before it is.' };
  return {
    forward: {
      name: `Kernel${type}`,
      summary: summary.forward,
      types: ([x, ...weights]) => {
        if (x === undefined || !canNorm(x, weights)) throw refusedInputs([x, ...weights]);
        return { shape: x.shape, dtype: x.dtype };
      },
      gradient,
      onnx: ({ attributes }) =>
        kernelForm(type, attributes, { epsilon: { float: attributes.epsilon } }),
    },
    gradients: {
      name: `${type}Gradient`,
      summary: summary.gradients,
      types: ([dy, x, weight, added], { sums }) => {
        if (dy === undefined || x === undefined || weight === undefined || !canNorm(x, [weight]))
          throw refusedInputs([dy, x, weight]);
        for (const other of added === undefined ? [dy] : [dy, added])
          if (other.dtype !== x.dtype || !sameShape(other.shape, x.shape))
            throw refusedInputs([x, other]);
        const row: ValueType = { shape: weight.shape, dtype: x.dtype };
        return [{ shape: x.shape, dtype: x.dtype }, ...Array<ValueType>(sums).fill(row)];
      },
      gradient,
      onnx: ({ attributes }) =>
        kernelForm(`${type}Gradient`, attributes, {
          epsilon: { float: attributes.epsilon },
          sums: { int: attributes.sums },
        }),
    },
  };
}

function fit(x: Value, weights: Inputs): boolean {
  return weights.every(({ shape }) => shape.length === 1 && sameShape(shape, x.shape.slice(-1)));
}
