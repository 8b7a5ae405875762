import { type Family, family, type Takes } from '../graph/family.ts';
import { node, type Value } from '../graph/value.ts';
import { mul, sub } from './elementwise.ts';
import { sameType } from './operand.ts';
import { reduceSum } from './reduce.ts';

/** eˣ / Σ eˣ over the last axis. */
export function softmax(x: Value): Value {
  return node(softmaxOps.Softmax, [x]);
}

const last = { axes: [-1], keepDims: true } as const;

export type SoftmaxOps = { Softmax: Takes<1> };

export const softmaxOps: Family<SoftmaxOps> = family<SoftmaxOps>({
  Softmax: {
    summary: 'y = eˣ/Σ eˣ over the last axis;  dx = y·(dy − Σ dy·y).',
    types: sameType,
    gradient: ({ dy, y }) => {
      const pulled = mul(dy, y);
      return [sub(pulled, mul(y, reduceSum(pulled, last)))];
    },
    onnx: () => ({ type: 'Softmax', attributes: { axis: { int: -1 } } }),
  },
});
