import { type Family, family, type Takes } from '../graph/family.ts';
import { sameShape, shapeText } from '../graph/shape.ts';
import { node, part, type Value } from '../graph/value.ts';
import { add, mul, reciprocal, sqrt, sub } from './elementwise.ts';
import { requireFloating, requireSame } from './operand.ts';
import { reduceMean, sumSquares } from './reduce.ts';

/** x / √(mean x² + ε) · weight over the last axis; weight is `[width]`. */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  return node(normOps.RmsNorm, [x, weight], { epsilon });
}

/** (x − mean) / √(variance + ε) · weight + bias over the last axis; weight and bias are `[width]`. */
export function layerNorm(
  x: Value,
  {
    weight,
    bias,
    epsilon,
  }: { readonly weight: Value; readonly bias: Value; readonly epsilon: number },
): Value {
  return node(normOps.LayerNorm, [x, weight, bias], { epsilon });
}

type NormAttributes = { readonly epsilon: number };

const last = { axes: [-1], keepDims: true } as const;

function check(x: Value, ...weights: readonly Value[]): void {
  requireFloating(x);
  for (const weight of weights) {
    requireSame(x, weight);
    if (!sameShape(weight.shape, x.shape.slice(-1))) {
      throw new Error(`weight ${shapeText(weight.shape)} does not fit ${shapeText(x.shape)}.`);
    }
  }
}

/** The shape of a statistic: one number a row. */
function statistic(x: Value): { shape: Value['shape']; dtype: Value['dtype'] } {
  return { shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype };
}

function refuseStatistics(dys: readonly (Value | undefined)[]): void {
  if (dys.slice(1).some((dy) => dy !== undefined)) {
    throw new Error('A norm has no gradient through its statistics; compute them apart.');
  }
}

/** 1/√(mean x² + ε) from Σ x², which keeps x the only tensor of full size. */
function inverseRoot(squares: Value, width: number, epsilon: number): Value {
  return reciprocal(sqrt(add(mul(squares, 1 / width), epsilon)));
}

export type NormOps = {
  RmsNorm: Takes<2, NormAttributes>;
  LayerNorm: Takes<3, NormAttributes>;
};

export const normOps: Family<NormOps> = family<NormOps>({
  RmsNorm: {
    summary:
      'y = x·r·w, r = 1/√(mean x² + ε);  with b = dy·w, x̂ = x·r: dx = r·(b − x̂·mean(b·x̂));  dw = Σ dy·x̂.',
    types: ([x, weight]) => {
      check(x, weight);
      return [{ shape: x.shape, dtype: x.dtype }, statistic(x)];
    },
    gradient: ({ dy, dys, y, inputs: [x, weight] }) => {
      refuseStatistics(dys);
      const r = part(y, 1);
      const normed = mul(x, r);
      const b = mul(dy, weight);
      return [mul(r, sub(b, mul(normed, reduceMean(mul(b, normed), last)))), mul(dy, normed)];
    },
    // WebGPU answers the mean for the second output, and the statistic is float32 always.
    lower: ({ dtype, attributes: { epsilon } }, [x, weight], device) => {
      if (device !== 'webgpu' && dtype === 'float32') return undefined;
      const r = inverseRoot(sumSquares(x, last), x.shape.at(-1) as number, epsilon);
      return [mul(mul(x, r), weight), r];
    },
    onnx: ({ attributes: { epsilon } }) => ({
      type: 'SimplifiedLayerNormalization',
      attributes: { axis: { int: -1 }, epsilon: { float: epsilon }, stash_type: { int: 1 } },
    }),
  },
  LayerNorm: {
    summary:
      'y = (x − m)·r·w + c, r = 1/√(var + ε);  with b = dy·w, x̂ = (x − m)·r: dx = r·(b − mean b − x̂·mean(b·x̂));  dw = Σ dy·x̂;  dc = Σ dy.',
    types: ([x, weight, bias]) => {
      check(x, weight, bias);
      return [{ shape: x.shape, dtype: x.dtype }, statistic(x), statistic(x)];
    },
    gradient: ({ dy, dys, y, inputs: [x, weight] }) => {
      refuseStatistics(dys);
      const r = part(y, 2);
      const normed = mul(sub(x, part(y, 1)), r);
      const b = mul(dy, weight);
      const centred = sub(b, reduceMean(b, last));
      return [
        mul(r, sub(centred, mul(normed, reduceMean(mul(b, normed), last)))),
        mul(dy, normed),
        dy,
      ];
    },
    lower: ({ dtype, attributes: { epsilon } }, [x, weight, bias]) => {
      if (dtype === 'float32') return undefined;
      const mean = reduceMean(x, last);
      const centred = sub(x, mean);
      const r = inverseRoot(sumSquares(centred, last), x.shape.at(-1) as number, epsilon);
      return [add(mul(mul(centred, r), weight), bias), mean, r];
    },
    onnx: ({ attributes: { epsilon } }) => ({
      type: 'LayerNormalization',
      attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
    }),
  },
});
