import { type Family, family, type Takes } from '../graph/family.ts';
import {
  addDimensions,
  axisOf,
  fixedShape,
  reshapedShape,
  type Shape,
  sameShape,
  shapeText,
} from '../graph/shape.ts';
import { node, part, type Value } from '../graph/value.ts';
import { zeros } from './fill.ts';

/** x with the same numbers in another shape; 0 keeps a size, one -1 is what is left. x itself when nothing changes. */
export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : node(layoutOps.Reshape, [x], { shape });
}

/** Axis i of the result is axis `order[i]` of x; reverses all axes when no order is given. */
export function transpose(x: Value, order?: readonly number[]): Value {
  return node(layoutOps.Transpose, [x], { order: order ?? [...x.shape.keys()].reverse() });
}

export type SliceOptions = { readonly axis: number; readonly start: number; readonly end: number };

/** x[start … end−1] along one axis. */
export function slice(x: Value, { axis, start, end }: SliceOptions): Value {
  return node(layoutOps.Slice, [x], { axis: axisOf(axis, x.shape.length), start, end });
}

export type PadOptions = { readonly axis: number; readonly before: number; readonly after: number };

/** x with zeros before and after along one axis. */
export function pad(x: Value, { axis, before, after }: PadOptions): Value {
  return node(layoutOps.Pad, [x], { axis: axisOf(axis, x.shape.length), before, after });
}

/** The values one after another along an axis. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new Error('Concat: there is nothing to join.');
  return values.length === 1
    ? first
    : node(layoutOps.Concat, values, { axis: axisOf(axis, first.shape.length) });
}

/** x cut along an axis into pieces of the given sizes. */
export function split(x: Value, sizes: readonly number[], axis: number): Value[] {
  const whole = node(layoutOps.Split, [x], { axis: axisOf(axis, x.shape.length), sizes });
  return sizes.map((_, index) => part(whole, index));
}

type ReshapeAttributes = { readonly shape: Shape };
type TransposeAttributes = { readonly order: readonly number[] };
type ConcatAttributes = { readonly axis: number };
type SplitAttributes = { readonly axis: number; readonly sizes: readonly number[] };

/** Outputs of one node on WebGPU: each takes one of the 8 buffers that every adapter gives a shader. */
const mostPieces = 6;

function resized(x: Value, axis: number, size: Shape[number]): Shape {
  return x.shape.map((old, at) => (at === axis ? size : old));
}

export type LayoutOps = {
  Reshape: Takes<1, ReshapeAttributes>;
  Transpose: Takes<1, TransposeAttributes>;
  Slice: Takes<1, SliceOptions>;
  Pad: Takes<1, PadOptions>;
  Concat: Takes<'any', ConcatAttributes>;
  Split: Takes<1, SplitAttributes>;
};

export const layoutOps: Family<LayoutOps> = family<LayoutOps>({
  Reshape: {
    summary: 'y = x in another shape;  dx = dy in the shape of x.',
    types: ([x], { shape }) => ({ shape: reshapedShape(x.shape, shape), dtype: x.dtype }),
    gradient: ({ dy, inputs: [x] }) => [reshape(dy, x.shape)],
    onnx: (y) => ({ type: 'Reshape', inputs: [y.inputs[0], reshapeTarget(y)] }),
  },
  Transpose: {
    summary: 'y = x with its axes in another order;  dx = dy with them back in place.',
    types: ([x], { order }) => {
      const axes = [...order].sort((a, b) => a - b);
      if (!sameShape(axes, [...x.shape.keys()])) {
        throw new Error(`order ${shapeText(order)} does not fit ${shapeText(x.shape)}.`);
      }
      return { shape: order.map((axis) => x.shape[axis]!), dtype: x.dtype };
    },
    gradient: ({ dy, attributes: { order } }) => [
      transpose(
        dy,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ],
    onnx: ({ attributes }) => ({
      type: 'Transpose',
      attributes: { perm: { ints: attributes.order } },
    }),
  },
  Slice: {
    summary: 'y = x[start…end] along an axis;  dx = dy with zeros around.',
    types: ([x], { axis, start, end }) => {
      const size = fixedShape([x.shape[axis]!])[0]!;
      if (start < 0 || end > size || start >= end) {
        throw new Error(`${start} to ${end} is no part of axis ${axis} of ${shapeText(x.shape)}.`);
      }
      return { shape: resized(x, axis, end - start), dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x], attributes: { axis, start, end } }) => [
      pad(dy, { axis, before: start, after: (x.shape[axis] as number) - end }),
    ],
    onnx: ({ inputs: [x], attributes: { axis, start, end } }) => ({
      type: 'Slice',
      inputs: [x, [start], [end], [axis]],
    }),
  },
  Pad: {
    summary: 'y = x with zeros around along an axis;  dx = the middle of dy.',
    types: ([x], { axis, before, after }) => {
      if (before < 0 || after < 0) throw new Error('padding cannot be negative.');
      const size = addDimensions(x.shape[axis]!, before + after);
      return { shape: resized(x, axis, size), dtype: x.dtype };
    },
    gradient: ({ dy, attributes: { axis, before, after } }) => [
      slice(dy, { axis, start: before, end: (dy.shape[axis] as number) - after }),
    ],
    onnx: ({ inputs: [x], attributes: { axis, before, after } }) => {
      const around = (amount: number) => x.shape.map((_, at) => (at === axis ? amount : 0));
      return { type: 'Pad', inputs: [x, [...around(before), ...around(after)]] };
    },
  },
  Concat: {
    summary: 'y = the inputs one after another along an axis;  each dx = its piece of dy.',
    types: (inputs, { axis }) => {
      const first = inputs[0] as Value;
      let size = first.shape[axis]!;
      for (const other of inputs.slice(1)) {
        if (
          other.dtype !== first.dtype ||
          !sameShape(resized(other, axis, 0), resized(first, axis, 0))
        ) {
          throw new Error(
            `${first.dtype}${shapeText(first.shape)} and ${other.dtype}${shapeText(other.shape)} do not join along axis ${axis}.`,
          );
        }
        size = addDimensions(size, other.shape[axis]!);
      }
      return { shape: resized(first, axis, size), dtype: first.dtype };
    },
    gradient: ({ dy, inputs, attributes: { axis } }) =>
      split(dy, fixedShape(inputs.map((value) => value.shape[axis]!)), axis),
    onnx: ({ attributes }) => ({ type: 'Concat', attributes: { axis: { int: attributes.axis } } }),
  },
  Split: {
    summary: 'y₁, y₂ … = x in pieces along an axis;  dx = the pieces’ gradients joined.',
    types: ([x], { axis, sizes }) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total !== x.shape[axis] || sizes.some((size) => size < 1)) {
        throw new Error(
          `sizes ${shapeText(sizes)} do not cut axis ${axis} of ${shapeText(x.shape)}.`,
        );
      }
      return sizes.map((size) => ({ shape: resized(x, axis, size), dtype: x.dtype }));
    },
    gradient: ({ dys, y, attributes: { axis } }) => [
      concat(
        y.types.map((type, index) => dys[index] ?? zeros(type.shape, type.dtype)),
        axis,
      ),
    ],
    lower: ({ attributes: { axis, sizes } }, [x], device) => {
      if (device !== 'webgpu' || sizes.length <= mostPieces) return undefined;
      let end = 0;
      return sizes.map((size) => {
        end += size;
        return slice(x, { axis, start: end - size, end });
      });
    },
    onnx: ({ inputs: [x], attributes: { axis, sizes } }) => ({
      type: 'Split',
      inputs: [x, sizes],
      attributes: { axis: { int: axis } },
    }),
  },
});

/** The shape for ONNX, where 0 keeps a size and one -1 stands for a size known only at run time. */
function reshapeTarget(y: Value): readonly number[] {
  const from = y.inputs[0]!.shape;
  const target = y.shape.map((size, axis) =>
    typeof size === 'number' ? size : size === from[axis] ? 0 : -1,
  );
  if (target.filter((size) => size === -1).length > 1) {
    throw new Error(
      `Reshape: ${shapeText(from)} to ${shapeText(y.shape)} leaves more than one size open; keep named sizes at their axes.`,
    );
  }
  return target;
}
