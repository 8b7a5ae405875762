import { type Shape, sameShape, shapeText } from '../graph/shape.ts';
import { type Inputs, node, type Op, type Value } from '../graph/value.ts';
import { type KernelAttributes, kernelForm } from './kernel-form.ts';
import { requireSame } from './operand.ts';

export type ProductAttributes = KernelAttributes & {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
};

/**
 * What a device with kernels of our own (`packages/kernels`) multiplies matrices by: the other form of MatMul there, and of
 * what follows it. It is made when gradients are there already, so it needs none.
 */
export const productOp: Op<ProductAttributes, Inputs> = {
  name: 'Product',
  summary:
    'Y = α·A·B + C, each side transposed on request; C is of the shape of Y, one row for all, or left out.',
  types: ([a, b, c], { transA, transB }) => {
    if (a === undefined || b === undefined) throw new Error('it needs A and B.');
    for (const side of [b, ...(c === undefined ? [] : [c])]) requireSame(a, side);
    if (!canMultiply(a, b, transA))
      throw new Error(`it does not take ${shapeText(a.shape)} times ${shapeText(b.shape)}.`);
    const [depth, columns] = transB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
    const [rows, inner] = transA
      ? [[a.shape[1]!], a.shape[0]]
      : [a.shape.slice(0, -1), a.shape.at(-1)];
    if (inner !== depth) throw new Error(`inner sizes ${inner} and ${depth} differ.`);
    const shape = [...rows, columns!];
    if (c !== undefined && !canAdd(c.shape, shape))
      throw new Error(`${shapeText(c.shape)} is added to ${shapeText(shape)}.`);
    return { shape, dtype: a.dtype };
  },
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) =>
    kernelForm('Product', attributes, {
      trans_a: { int: attributes.transA ? 1 : 0 },
      trans_b: { int: attributes.transB ? 1 : 0 },
      alpha: { float: attributes.alpha },
    }),
};

/** Whether the kernels multiply these: float32, one matrix on the right, and one on the left where that is transposed. */
export function canMultiply(a: Value, b: Value, transA: boolean): boolean {
  const rank = a.shape.length;
  return a.dtype === 'float32' && b.shape.length === 2 && (transA ? rank === 2 : rank >= 2);
}

/** Whether the kernels add a tensor to a product: one of its shape, or one row for all. */
export function canAdd(c: Shape, product: Shape): boolean {
  return sameShape(c, product) || (c.length === 1 && c[0] === product.at(-1));
}

/** α·A·B by kernels of our own. */
export function product(a: Value, b: Value, attributes: ProductAttributes): Value {
  return node(productOp, [a, b], attributes);
}
