import {
  ancestors,
  type DeviceName,
  type Lowering,
  part,
  partOp,
  seedOp,
  type Value,
} from '../graph/value.ts';
import { fuseGates } from './fuse-gates.ts';
import { fuseNorms } from './fuse-norms.ts';
import { fuseProducts } from './fuse-products.ts';
import { fuseSoftmax } from './fuse-softmax.ts';
import type { LoweredGraph } from './lowered-graph.ts';
import { type PaddedWidths, paddedSides } from './padded-widths.ts';

/** What runs a graph: a kind of device, our own kernels where it has them, and which widths are padded for it, if any. */
export type Target = Pick<Lowering, 'products'> & {
  readonly device: DeviceName;
  readonly padding?: PaddedWidths | undefined;
};

/**
 * Replaces each operator that the device lacks by its other form, and orders the nodes.
 *
 * ONNX Runtime computes, of a node's inputs, the one with the highest index first. So all that does not
 * depend on the incoming gradient (forward and recomputation) is written before the backward chain, and
 * updates last: side results are then made when the chain needs them. Within each part the order is that
 * of creation, so a training step must build its updates from the bottom parameter to the top one.
 */
export function lowerGraph(
  outputs: Readonly<Record<string, Value>>,
  { device, products, padding }: Target,
): LoweredGraph {
  const done = new Map<Value, Value>();
  const nodes: Value[] = [];
  const backward = backwardValues(ancestors(Object.values(outputs)));
  const lowering: Lowering = {
    products,
    isBackward: (value) => backward.has(value),
    paddedSides: padding && paddedSides(padding),
  };
  const emit = (value: Value): void => {
    if (done.has(value)) return;
    const inputs = value.inputs.map((source) => done.get(source)!);
    if (value.op === partOp) {
      done.set(value, partOf(value, inputs[0]!));
      return;
    }
    const replacement = value.op.lower?.(value, inputs, device, lowering);
    if (replacement === undefined) {
      const changed = inputs.some((source, index) => source !== value.inputs[index]);
      const lowered = changed ? { ...value, inputs } : value;
      done.set(value, lowered);
      nodes.push(lowered);
      return;
    }
    const forms: readonly Value[] = Array.isArray(replacement) ? replacement : [replacement];
    for (const input of inputs) done.set(input, input);
    for (const inner of ancestors(forms, done)) emit(inner);
    const [first, ...rest] = forms.map((form) => done.get(form)!);
    if (rest.length > 0) replaced.set(first!, [first!, ...rest]);
    done.set(value, first!);
  };
  const replaced = new Map<Value, readonly Value[]>();
  const partOf = (value: Value, whole: Value): Value => {
    const { index } = value.attributes as { index: number };
    const forms = replaced.get(whole);
    if (forms !== undefined) return forms[index]!;
    return value.inputs[0] === whole ? value : part(whole, index);
  };
  for (const value of emissionOrder(Object.values(outputs))) emit(value);
  const lowered = {
    nodes,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, done.get(value)!]),
    ),
  };
  if (products === undefined) return lowered;
  const { threads } = products;
  return fuseProducts(fuseNorms(fuseSoftmax(fuseGates(lowered, threads), threads), threads));
}

/**
 * All values behind the outputs: first those that do not depend on a gradient's seed, then the others, and of
 * these last the outputs that nothing reads, in their own order. So the last output is the first to be worked
 * for: gradients should be listed from the bottom parameter to the top one, each of which is then ready, and
 * lets go of what it was made from, before the backward pass goes further down.
 */
function emissionOrder(outputs: readonly Value[]): Value[] {
  const all = ancestors(outputs);
  const backward = backwardValues(all);
  const read = new Set(all.flatMap(({ inputs }) => inputs));
  const results = new Set(outputs.filter((value) => backward.has(value) && !read.has(value)));
  return [
    ...all.filter((value) => !backward.has(value)),
    ...all.filter((value) => backward.has(value) && !results.has(value)),
    ...results,
  ];
}

/** Those that depend on a gradient's seed, of values that each follow their inputs. */
function backwardValues(all: readonly Value[]): ReadonlySet<Value> {
  const backward = new Set<Value>();
  for (const value of all) {
    if (value.op === seedOp || value.inputs.some((source) => backward.has(source))) {
      backward.add(value);
    }
  }
  return backward;
}
