import { ancestors, node, part, partOp, type Value } from '../graph/value.ts';
import { sigmoid } from '../ops/activation.ts';
import { add, mul, reciprocal, sqrt } from '../ops/elementwise.ts';
import { reduceMean } from '../ops/reduce.ts';

/** Operators that ONNX Runtime alone has, in operators of ai.onnx 21. */
const standardForms: Readonly<
  Record<string, (inputs: readonly Value[], attributes: Value['attributes']) => Value>
> = {
  Silu: ([x]) => mul(x!, sigmoid(x!)),
  RmsNorm: ([x, weight], { epsilon }) => {
    const square = reduceMean(mul(x!, x!), { axes: [-1], keepDims: true });
    return mul(mul(x!, reciprocal(sqrt(add(square, epsilon as number)))), weight!);
  },
};

/**
 * The same outputs with every operator outside ai.onnx opset 21 written in operators of it, so that any
 * runtime of ONNX can run them. Only the first output of a replaced operator may be used.
 */
export function inStandardOperators(
  outputs: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const done = new Map<Value, Value>();
  for (const value of ancestors(Object.values(outputs))) {
    const inputs = value.inputs.map((source) => done.get(source)!);
    const form = standardForms[value.op.name];
    if (form !== undefined) done.set(value, form(inputs, value.attributes));
    else if (inputs.every((source, at) => source === value.inputs[at])) done.set(value, value);
    else if (value.op === partOp)
      done.set(value, part(inputs[0]!, (value.attributes as { index: number }).index));
    else done.set(value, node(value.op, inputs, value.attributes));
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, done.get(value)!]),
  );
}
