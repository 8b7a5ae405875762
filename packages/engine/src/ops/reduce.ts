import { type Family, family, type Takes } from '../graph/family.ts';
import {
  axisOf,
  broadcastShapes,
  elementCount,
  fixedShape,
  type Shape,
  sameShape,
  shapeText,
} from '../graph/shape.ts';
import { node, type OnnxNode, type Value, type ValueType } from '../graph/value.ts';
import { cast, equal } from './comparison.ts';
import { div, exp, mul, sub } from './elementwise.ts';
import { reshape } from './layout.ts';
import { requireFloating } from './operand.ts';

/** Which axes to reduce (all, if left out) and whether they stay as size 1 (they go, if left out). */
export type ReduceOptions = { readonly axes?: readonly number[]; readonly keepDims?: boolean };

/** Σ x over the axes. */
export function reduceSum(x: Value, options: ReduceOptions = {}): Value {
  return node(reduceOps.ReduceSum, [x], settled(x, options));
}

/** Mean of x over the axes. */
export function reduceMean(x: Value, options: ReduceOptions = {}): Value {
  return node(reduceOps.ReduceMean, [x], settled(x, options));
}

/** Largest x over the axes. */
export function reduceMax(x: Value, options: ReduceOptions = {}): Value {
  return node(reduceOps.ReduceMax, [x], settled(x, options));
}

/** Σ x² over the axes. */
export function sumSquares(x: Value, options: ReduceOptions = {}): Value {
  return node(reduceOps.ReduceSumSquare, [x], settled(x, options));
}

/** ln Σ eˣ over the axes, safe against overflow. */
export function logSumExp(x: Value, options: ReduceOptions = {}): Value {
  return node(reduceOps.ReduceLogSumExp, [x], settled(x, options));
}

/** x repeated to the shape, by broadcasting; x itself when it has that shape. */
export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : node(reduceOps.Expand, [x], { shape });
}

/** Sums what broadcasting repeated: the adjoint of broadcasting to the shape of `x`. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = [...x.shape.keys()].filter(
    (axis) => axis < added || (shape[axis - added] === 1 && x.shape[axis] !== 1),
  );
  const summed = axes.length === 0 ? x : reduceSum(x, { axes, keepDims: true });
  return added === 0 ? summed : reshape(summed, shape);
}

export type ReduceAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };
type ExpandAttributes = { readonly shape: Shape };

function settled(x: Value, { axes, keepDims = false }: ReduceOptions): ReduceAttributes {
  const rank = x.shape.length;
  const found = (axes ?? [...x.shape.keys()]).map((axis) => axisOf(axis, rank));
  return { axes: found.sort((a, b) => a - b), keepDims };
}

function reduced([x]: readonly [Value], { axes, keepDims }: ReduceAttributes): ValueType {
  requireFloating(x);
  const shape = x.shape
    .map((size, axis) => (axes.includes(axis) ? 1 : size))
    .filter((_, axis) => keepDims || !axes.includes(axis));
  return { shape, dtype: x.dtype };
}

/** The output (or its gradient) with the reduced axes back as size 1, so that it broadcasts against x. */
function restored(y: Value, x: Value, { axes }: ReduceAttributes): Value {
  return reshape(
    y,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

/** How many numbers each result is made of. */
function groupSize(x: Value, { axes }: ReduceAttributes): number {
  return elementCount(axes.map((axis) => x.shape[axis]!));
}

function onnx(y: Value & { readonly attributes: ReduceAttributes }): OnnxNode {
  const { axes, keepDims } = y.attributes;
  return {
    type: y.op.name,
    inputs: [y.inputs[0], axes],
    attributes: {
      keepdims: { int: keepDims ? 1 : 0 },
      // An empty list of axes means none here, and all by default in ONNX.
      noop_with_empty_axes: { int: 1 },
    },
  };
}

export type ReduceOps = Record<
  'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceSumSquare' | 'ReduceLogSumExp',
  Takes<1, ReduceAttributes>
> & { Expand: Takes<1, ExpandAttributes> };

export const reduceOps: Family<ReduceOps> = family<ReduceOps>({
  ReduceSum: {
    summary: 'y = Σ x over some axes;  dx = dy, repeated.',
    types: reduced,
    gradient: ({ dy, inputs: [x], attributes }) => [expand(restored(dy, x, attributes), x.shape)],
    onnx,
  },
  ReduceMean: {
    summary: 'y = Σ x / n over some axes;  dx = dy/n, repeated.',
    types: reduced,
    gradient: ({ dy, inputs: [x], attributes }) => [
      expand(restored(div(dy, groupSize(x, attributes)), x, attributes), x.shape),
    ],
    onnx,
  },
  ReduceMax: {
    summary: 'y = max x over some axes;  dx = dy at the largest, shared evenly between equals.',
    types: reduced,
    gradient: ({ dy, y, inputs: [x], attributes }) => {
      const largest = cast(equal(x, restored(y, x, attributes)), x.dtype);
      const share = div(
        restored(dy, x, attributes),
        reduceSum(largest, { axes: attributes.axes, keepDims: true }),
      );
      return [mul(largest, share)];
    },
    onnx,
  },
  ReduceSumSquare: {
    summary: 'y = Σ x² over some axes;  dx = 2·x·dy.',
    types: reduced,
    gradient: ({ dy, inputs: [x], attributes }) => [mul(x, restored(mul(dy, 2), x, attributes))],
    onnx,
  },
  ReduceLogSumExp: {
    summary: 'y = ln Σ eˣ over some axes;  dx = dy·e^(x − y).',
    types: reduced,
    gradient: ({ dy, y, inputs: [x], attributes }) => [
      mul(restored(dy, x, attributes), exp(sub(x, restored(y, x, attributes)))),
    ],
    onnx,
  },
  Expand: {
    summary: 'y = x repeated to a shape;  dx = dy summed over what was repeated.',
    types: ([x], { shape }) => {
      if (!sameShape(broadcastShapes(x.shape, shape), shape)) {
        throw new Error(`${shapeText(x.shape)} does not expand to ${shapeText(shape)}.`);
      }
      return { shape, dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x] }) => [sumTo(dy, x.shape)],
    onnx: (y) => ({ type: 'Expand', inputs: [y.inputs[0], fixedShape(y.attributes.shape)] }),
  },
});
