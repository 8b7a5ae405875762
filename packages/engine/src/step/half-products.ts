import { ancestors, isLeaf, node, type Value } from '../graph/value.ts';
import { cast, comparisonOps } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { linearCrossEntropyOps } from '../ops/linear-cross-entropy.ts';
import { matmul, matmulOps } from '../ops/matmul.ts';

/**
 * The values with every product of float32 matrices behind them computed in float16: both sides are rounded, and
 * the result is float32 again. All else stays as it is, so softmax, norms, sums and losses are float32; and as a
 * cast's gradient is a cast, the products of the backward pass are float16 too. A side is rounded once, however
 * many products read it. Products that `spares` says so of stay float32.
 */
export function withHalfProducts(
  values: readonly Value[],
  spares: (product: Value) => boolean = () => false,
): Value[] {
  const rebuilt = new Map<Value, Value>();
  const halves = new Map<Value, Value>();
  const half = (x: Value): Value => {
    const known = halves.get(x) ?? roundedToHalf(x);
    halves.set(x, known);
    return known;
  };
  for (const value of ancestors(values)) {
    const inputs = value.inputs.map((source) => rebuilt.get(source) as Value);
    if (value.op === matmulOps.MatMul && value.dtype === 'float32' && !spares(value))
      rebuilt.set(value, cast(node(value.op, inputs.map(half), value.attributes), 'float32'));
    else if (value.op === linearCrossEntropyOps.LinearCrossEntropy && !spares(value))
      rebuilt.set(value, halfCrossEntropy(inputs, half));
    else if (isLeaf(value) || inputs.every((source, at) => source === value.inputs[at]))
      rebuilt.set(value, value);
    else rebuilt.set(value, node(value.op, inputs, value.attributes));
  }
  return values.map((value) => rebuilt.get(value) as Value);
}

/** The cross-entropy of logits from a float16 product. */
function halfCrossEntropy(inputs: readonly Value[], half: (x: Value) => Value): Value {
  const [hidden, head, labels] = inputs as [Value, Value, Value];
  const logits = cast(matmul(half(hidden), half(head), { transB: true }), 'float32');
  return crossEntropy(logits, labels).loss;
}

/** What was float16 before it was widened is taken as it was. */
function roundedToHalf(x: Value): Value {
  const [source] = x.inputs;
  const isWidened = x.op === comparisonOps.Cast && source?.dtype === 'float16';
  return isWidened ? source : cast(x, 'float16');
}

/** Which values depend on one of them, itself included. */
export function dependentsOf(origin: Value, values: readonly Value[]): ReadonlySet<Value> {
  const found = new Set<Value>([origin]);
  for (const value of ancestors(values))
    if (value.inputs.some((source) => found.has(source))) found.add(value);
  return found;
}
