import { constantOp, part, partOp, type Value } from '../graph/value.ts';
import { elementwiseOps } from '../ops/elementwise.ts';
import { canAdd, type ProductAttributes, productOp } from '../ops/product.ts';
import type { LoweredGraph } from './lowered-graph.ts';

/** A node that becomes the product of kernels which it follows. */
type Fused = { readonly product: Value; readonly form: Pick<Value, 'inputs' | 'attributes'> };

/**
 * Makes what is done to a product of our own kernels, where nothing else reads that, part of the product: a scale, and a
 * sum with a tensor of its shape or with one row. Of two products that are added to each other the later one takes the sum.
 */
export function fuseProducts({ nodes, outputs }: LoweredGraph): LoweredGraph {
  const uses = new Map<Value, number>();
  const use = (value: Value): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of nodes) inputs.forEach(use);
  Object.values(outputs).forEach(use);
  const now = new Map<Value, Value>();
  const today = (value: Value): Value => {
    if (value.op !== partOp) return now.get(value) ?? value;
    const [whole] = value.inputs as [Value];
    const { index } = value.attributes as { index: number };
    return now.has(whole) ? part(today(whole), index) : value;
  };
  const kept = new Map<Value, number>();
  for (const [at, value] of nodes.entries()) {
    const inputs = value.inputs.map(today);
    // A sum that stands in a product's end already is not to be scaled.
    const free = inputs
      .filter((source) => source.op === productOp && source.inputs.length === 2)
      .filter((source) => uses.get(source) === 1)
      .sort((a, b) => (kept.get(b) ?? 0) - (kept.get(a) ?? 0));
    const fused = scaled(value, inputs, free) ?? summed(value, inputs, free);
    let found = value;
    if (fused !== undefined) {
      found = { ...value, op: productOp, ...fused.form };
      kept.delete(fused.product);
    } else if (inputs.some((source, index) => source !== value.inputs[index]))
      found = { ...value, inputs };
    kept.set(found, at);
    if (found === value) continue;
    now.set(value, found);
    uses.set(found, uses.get(value) ?? 0);
  }
  return {
    nodes: [...kept.keys()],
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, today(value)]),
    ),
  };
}

/** A product times one number. */
function scaled(value: Value, inputs: readonly Value[], free: readonly Value[]): Fused | undefined {
  if (value.op !== elementwiseOps.Mul) return undefined;
  const [product] = free;
  const factor = inputs.find(({ op, shape }) => op === constantOp && shape.length === 0);
  if (product === undefined || factor === undefined) return undefined;
  const attributes = product.attributes as ProductAttributes;
  const alpha = Math.fround(attributes.alpha * Number(factor.data?.[0]));
  return { product, form: { inputs: product.inputs, attributes: { ...attributes, alpha } } };
}

/** A product plus what the kernels add. */
function summed(value: Value, inputs: readonly Value[], free: readonly Value[]): Fused | undefined {
  if (value.op !== elementwiseOps.Add) return undefined;
  for (const product of free) {
    const other = inputs.find((source) => source !== product);
    if (other === undefined || !canAdd(other.shape, product.shape)) continue;
    const { attributes } = product;
    return { product, form: { inputs: [...product.inputs, other], attributes } };
  }
  return undefined;
}
