import { elementCount } from './shape.ts';
import { bytesPerElement } from './tensor.ts';
import type { Value } from './value.ts';

/** A computation: what it answers, by name. `inputs` may list inputs that nothing uses, and fixes their order. */
export type Graph = {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly inputs?: readonly Value[];
};

/** Bytes of a value; throws when a size of it is known only by name. */
export function bytesOf({ shape, dtype }: Value): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

/** Bytes of all outputs of a graph. */
export function outputBytes({ outputs }: Graph): number {
  return Object.values(outputs).reduce((bytes, value) => bytes + bytesOf(value), 0);
}
