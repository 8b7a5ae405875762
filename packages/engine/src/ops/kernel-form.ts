import { shapeText } from '../graph/shape.ts';
import type { OnnxAttribute, OnnxNode, Value } from '../graph/value.ts';

/** What every operator of our own kernels (`packages/kernels`) has. */
export type KernelAttributes = {
  /** Threads of the session, among which the work is divided. */
  readonly threads: number;
};

/** The node of one in ONNX, with `more` than the threads where it has more attributes. */
export function kernelForm(
  type: string,
  { threads }: KernelAttributes,
  more: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { type, domain: 'lathe', attributes: { ...more, threads: { int: threads } } };
}

/** What is said of inputs that the kernels do not take. */
export function refusedInputs(values: readonly (Value | undefined)[]): Error {
  const told = values.map((value) =>
    value === undefined ? 'nothing' : `${value.dtype}${shapeText(value.shape)}`,
  );
  return new Error(`it does not take ${told.join(', ')}.`);
}
