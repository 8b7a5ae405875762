import { elementCount, shapeText } from '../graph/shape.ts';
import { type DType, holds, type Tensor } from '../graph/tensor.ts';

/** Type and shape of an input or output; a text stands for a size that is known only in a run. */
export type Port = { readonly dtype: DType; readonly shape: readonly (number | string)[] };

/** Throws unless the tensor is of the port's type and shape. */
export function requireFit(
  side: string,
  name: string,
  tensor: Pick<Tensor, 'shape' | 'dtype'> | undefined,
  port: Port,
): void {
  if (tensor === undefined) throw new Error(`${side} "${name}" is missing.`);
  const { shape, dtype } = tensor;
  const fits =
    shape.length === port.shape.length &&
    port.shape.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (dtype === port.dtype && fits) return;
  throw new Error(
    `${side} "${name}" must be ${port.dtype}${shapeText(port.shape)}, not ${dtype}${shapeText(shape)}.`,
  );
}

/** The tensor, which lies on the host. Throws unless it fits the port and its array holds what it says. */
export function fitting(
  side: string,
  name: string,
  tensor: Tensor | undefined,
  port: Port,
): Tensor {
  requireFit(side, name, tensor, port);
  const { data, shape, dtype } = tensor as Tensor;
  if (!holds(dtype, data) || data.length !== elementCount(shape)) {
    throw new Error(
      `${side} "${name}" of ${dtype}${shapeText(shape)} holds a ${data.constructor.name} of ${data.length}.`,
    );
  }
  return tensor as Tensor;
}

/** Each input's tensor as `feed` gives it. Throws for a feed that no input has. */
export function fedTo<Fed>(
  inputs: ReadonlyMap<string, Port>,
  feeds: Readonly<Record<string, unknown>>,
  feed: (name: string, port: Port) => Fed,
): Record<string, Fed> {
  const unknown = Object.keys(feeds).find((name) => !inputs.has(name));
  if (unknown !== undefined) throw new Error(`The program has no input "${unknown}".`);
  return Object.fromEntries([...inputs].map(([name, port]) => [name, feed(name, port)]));
}
