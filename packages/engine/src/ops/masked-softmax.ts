import { type Shape, sameShape } from '../graph/shape.ts';
import type { Op, Value } from '../graph/value.ts';
import { type KernelAttributes, kernelForm, refusedInputs } from './kernel-form.ts';

type MaskedSoftmax = Op<KernelAttributes, readonly [scores: Value, mask: Value]>;
type SoftmaxGradient = Op<KernelAttributes, readonly [dy: Value, y: Value]>;

/**
 * The softmax of attention as kernels of our own compute it (`packages/kernels`), in one pass over memory: what Add and Softmax become
 * there. It is made when gradients are there already, so it needs none.
 */
export const maskedSoftmaxOp: MaskedSoftmax = {
  name: 'MaskedSoftmax',
  summary: 'y = eˣ/Σ eˣ over the last axis, x = scores + mask.',
  types: ([scores, mask]) => {
    if (!canMask(scores, mask)) throw refusedInputs([scores, mask]);
    return { shape: scores.shape, dtype: scores.dtype };
  },
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) => kernelForm('MaskedSoftmax', attributes),
};

/** The gradient of a softmax, masked or not, in one pass over memory. */
export const softmaxGradientOp: SoftmaxGradient = {
  name: 'SoftmaxGradient',
  summary: 'dx = y·(dy − Σ dy·y) over the last axis.',
  types: ([dy, y]) => {
    if (!canPull(dy, y)) throw refusedInputs([dy, y]);
    return { shape: dy.shape, dtype: dy.dtype };
  },
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) => kernelForm('SoftmaxGradient', attributes),
};

/**
 * Whether the kernels add this mask: float32, and the shape of the scores but for axes beside each other, before the last, along
 * which it is repeated.
 */
export function canMask(scores: Value, mask: Value): boolean {
  const isFloat = scores.dtype === 'float32' && mask.dtype === 'float32';
  return isFloat && repeatsOnce(scores.shape, mask.shape);
}

function repeatsOnce(full: Shape, few: Shape): boolean {
  if (full.length === 0 || full.length !== few.length || full.at(-1) !== few.at(-1)) return false;
  const repeated = full.flatMap((size, axis) => (size === few[axis] ? [] : [axis]));
  const [first = 0, last = -1] = [repeated[0], repeated.at(-1)];
  return few.slice(first, last + 1).every((size) => size === 1);
}

/** Whether the kernels make a softmax's gradient of these: float32, of one shape. */
export function canPull(dy: Value, y: Value): boolean {
  const isFloat = dy.dtype === 'float32' && y.dtype === 'float32';
  return isFloat && dy.shape.length > 0 && sameShape(dy.shape, y.shape);
}
