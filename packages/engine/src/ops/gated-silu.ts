import { sameShape } from '../graph/shape.ts';
import type { Op, Value } from '../graph/value.ts';
import { type KernelAttributes, kernelForm, refusedInputs } from './kernel-form.ts';

type Gate = Op<KernelAttributes, readonly [g: Value, u: Value]>;
type GateGradient = Op<KernelAttributes, readonly [dy: Value, g: Value, u: Value]>;

/**
 * The gate of a gated MLP as kernels of our own compute it (`packages/kernels`), in one pass over memory: what Silu and Mul become
 * there. It is made when gradients are there already, so it needs none.
 */
export const gatedSiluOp: Gate = {
  name: 'GatedSilu',
  summary: 'y = g·sigmoid(g)·u.',
  types: ([g, u]) => alike([g, u]),
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) => kernelForm('GatedSilu', attributes),
};

/** Both of its gradients in one pass over memory: the first output is dg, the second du. */
export const gatedSiluGradientOp: GateGradient = {
  name: 'GatedSiluGradient',
  summary: 'dg = dy·u·(s + g·s·(1 − s)), s = sigmoid g;  du = dy·g·s.',
  types: (inputs) => [alike(inputs), alike(inputs)],
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) => kernelForm('GatedSiluGradient', attributes),
};

/** Whether the kernels take these: float32, all of one shape. */
export function canGate(values: readonly Value[]): boolean {
  return values.every(
    ({ dtype, shape }) => dtype === 'float32' && sameShape(shape, (values[0] as Value).shape),
  );
}

function alike(values: readonly Value[]): Pick<Value, 'shape' | 'dtype'> {
  const [{ shape, dtype }] = values as readonly [Value];
  if (!canGate(values)) throw refusedInputs(values);
  return { shape, dtype };
}
