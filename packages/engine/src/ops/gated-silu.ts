import { sameShape, shapeText } from '../graph/shape.ts';
import type { Op, Value } from '../graph/value.ts';

type GateAttributes = {
  /** Threads of the session, among which the numbers are divided. */
  readonly threads: number;
};

type Gate = Op<GateAttributes, readonly [g: Value, u: Value]>;
type GateGradient = Op<GateAttributes, readonly [dy: Value, g: Value, u: Value]>;

/**
 * The gate of a gated MLP as kernels of our own compute it (`packages/kernels`), in one pass over memory: what Silu and Mul become
 * there. It is made when gradients are there already, so it needs none.
 */
export const gatedSiluOp: Gate = {
  name: 'GatedSilu',
  summary: 'y = g·sigmoid(g)·u.',
  types: ([g, u]) => alike([g, u]),
  gradient: { none: 'Gradients are built before it is.' },
  onnx: (y) => form('GatedSilu', y),
};

/** Both of its gradients in one pass over memory: the first output is dg, the second du. */
export const gatedSiluGradientOp: GateGradient = {
  name: 'GatedSiluGradient',
  summary: 'dg = dy·u·(s + g·s·(1 − s)), s = sigmoid g;  du = dy·g·s.',
  types: (inputs) => [alike(inputs), alike(inputs)],
  gradient: { none: 'Gradients are built before it is.' },
  onnx: (y) => form('GatedSiluGradient', y),
};

const form = (type: string, { attributes }: { readonly attributes: GateAttributes }) =>
  ({ type, domain: 'lathe', attributes: { threads: { int: attributes.threads } } }) as const;

/** Whether the kernels take these: float32, all of one shape. */
export function canGate(values: readonly Value[]): boolean {
  return values.every(
    ({ dtype, shape }) => dtype === 'float32' && sameShape(shape, (values[0] as Value).shape),
  );
}

function alike(values: readonly Value[]): Pick<Value, 'shape' | 'dtype'> {
  const [{ shape, dtype }] = values as readonly [Value];
  if (!canGate(values))
    throw new Error(
      `it does not take ${values.map((value) => `${value.dtype}${shapeText(value.shape)}`).join(', ')}.`,
    );
  return { shape, dtype };
}
