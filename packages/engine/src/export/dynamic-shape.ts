import { type Family, family, type Takes } from '../graph/family.ts';
import type { Dimension, Shape } from '../graph/shape.ts';
import { constant, node, type Value } from '../graph/value.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat } from '../ops/layout.ts';

/** The sizes of x, `[rank]` int64, known when the graph runs. */
function sizesOf(x: Value): Value {
  return node(dynamicShapeOps.Shape, [x]);
}

/** One size of x as an int64 scalar. */
export function sizeOf(x: Value, axis: number): Value {
  return gatherRows(sizesOf(x), constant(axis, [], 'int64'));
}

/** start … limit−1 as int64 `[size]`; start and limit are int64 scalars, `size` the name of their difference. */
export function range(start: Value, limit: Value, size: Dimension): Value {
  return node(dynamicShapeOps.Range, [start, limit, constant(1, [], 'int64')], { size });
}

/** Running sums of int64 x along an axis, each with its own element. */
export function cumulativeSum(x: Value, axis: number): Value {
  return node(dynamicShapeOps.CumSum, [x, constant(axis, [], 'int64')]);
}

/**
 * x `[rows · columns, …]` with its first axis cut into the two axes of `like` `[rows, columns]`, and the
 * second into `rest`: more than one size is open, so the graph reads them from `like`.
 */
export function unflatten(x: Value, like: Value, rest: readonly number[]): Value {
  const target = concat([sizesOf(like), constant(rest, [rest.length], 'int64')], 0);
  return node(dynamicShapeOps.ReshapeTo, [x, target], { shape: [...like.shape, ...rest] });
}

type DynamicShapeOps = {
  Shape: Takes<1>;
  Range: Takes<3, { readonly size: Dimension }>;
  CumSum: Takes<2>;
  ReshapeTo: Takes<2, { readonly shape: Shape }>;
};

const forwardOnly = { none: 'Exported graphs run forward only.' };

/** Operators of graphs whose batch and length are open; only exported graphs have them. */
const dynamicShapeOps: Family<DynamicShapeOps> = family<DynamicShapeOps>({
  Shape: {
    summary: 'y = the sizes of x.',
    types: ([x]) => ({ shape: [x.shape.length], dtype: 'int64' }),
    gradient: forwardOnly,
  },
  Range: {
    summary: 'y = start, start + 1 … limit − 1.',
    types: (_, { size }) => ({ shape: [size], dtype: 'int64' }),
    gradient: forwardOnly,
    onnx: () => ({ type: 'Range' }),
  },
  CumSum: {
    summary: 'y = running sums of x along an axis.',
    types: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
    gradient: forwardOnly,
  },
  ReshapeTo: {
    summary: 'y = x in the shape that a tensor holds.',
    types: ([x], { shape }) => ({ shape, dtype: x.dtype }),
    gradient: forwardOnly,
    onnx: () => ({ type: 'Reshape' }),
  },
});
