import { type Family, family, type Takes } from '../graph/family.ts';
import { broadcastShapes } from '../graph/shape.ts';
import type { DType } from '../graph/tensor.ts';
import {
  constant,
  type ExternalSource,
  external,
  externalOp,
  isLeaf,
  node,
  type Value,
  type ValueType,
} from '../graph/value.ts';
import { onnxType } from './element-types.ts';
import { layoutOps } from './layout.ts';
import { binary, broadcastType, type Operand, operands } from './operand.ts';

/** Whether a value is a weight in a file, as the type that it is stored in or as another. */
export function isStored({ op, inputs: [x] }: Value): boolean {
  return op === externalOp || (op === comparisonOps.Cast && x?.op === externalOp);
}

/** a = b, element by element, as bool. */
export const equal = binary(() => comparisonOps.Equal);

/** a < b, element by element, as bool. */
export const less = binary(() => comparisonOps.Less);

/** a > b, element by element, as bool. */
export const greater = binary(() => comparisonOps.Greater);

/** a ≥ b, element by element, as bool. */
export const greaterOrEqual = binary(() => comparisonOps.GreaterOrEqual);

/** a and b, for bool. */
export function and(a: Value, b: Value): Value {
  return node(comparisonOps.And, [a, b]);
}

/** a where the condition holds, else b; all three broadcast. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return node(comparisonOps.Where, [condition, ...operands(a, b)]);
}

/** x as another type; x itself when it has that type already. */
export function cast(x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : node(comparisonOps.Cast, [x], { to: dtype });
}

/** A frozen weight in a file as float32, whatever it is stored as. */
export function mappedWeight(name: string, source: ExternalSource): Value {
  return cast(external(name, source), 'float32');
}

function verdict(inputs: readonly [Value, Value]): ValueType {
  return { shape: broadcastType(inputs).shape, dtype: 'bool' };
}

function requireBool(...values: readonly Value[]): void {
  const other = values.find((value) => value.dtype !== 'bool');
  if (other) throw new Error(`needs bool, not ${other.dtype}.`);
}

const piecewise = { none: 'A yes or no does not change with small steps.' };

type CastAttributes = { readonly to: DType };

export type ComparisonOps = Record<
  'Equal' | 'Less' | 'Greater' | 'GreaterOrEqual' | 'And',
  Takes<2>
> & {
  Where: Takes<3>;
  Cast: Takes<1, CastAttributes>;
};

export const comparisonOps: Family<ComparisonOps> = family<ComparisonOps>({
  Equal: { summary: 'y = (a = b) as bool.', types: verdict, gradient: piecewise },
  Less: { summary: 'y = (a < b) as bool.', types: verdict, gradient: piecewise },
  Greater: { summary: 'y = (a > b) as bool.', types: verdict, gradient: piecewise },
  GreaterOrEqual: { summary: 'y = (a ≥ b) as bool.', types: verdict, gradient: piecewise },
  And: {
    summary: 'y = a and b.',
    types: ([a, b]) => {
      requireBool(a, b);
      return broadcastType([a, b]);
    },
    gradient: piecewise,
  },
  Where: {
    summary: 'y = a where c, else b;  da = dy where c, else 0;  db = 0 where c, else dy.',
    types: ([condition, a, b]) => {
      requireBool(condition);
      const { shape, dtype } = broadcastType([a, b]);
      return { shape: broadcastShapes(condition.shape, shape), dtype };
    },
    gradient: ({ dy, inputs: [condition] }) => [
      undefined,
      where(condition, dy, constant(0, [], dy.dtype)),
      where(condition, constant(0, [], dy.dtype), dy),
    ],
  },
  Cast: {
    summary: 'y = x as another type;  dx = dy as the type of x (for floating types).',
    types: ([x], { to }) => ({ shape: x.shape, dtype: to }),
    gradient: ({ dy, inputs: [x] }) => [cast(dy, x.dtype)],
    // The CPU computes float16 in float32, and would leave out a cast there and back: a node between keeps its rounding.
    lower: (y, [x], device) => {
      const isRounded = y.dtype === 'float16' || (x.dtype === 'float16' && !isLeaf(x));
      if (device !== 'cpu' || y.op.name !== 'Cast' || !isRounded) return undefined;
      const name = 'RoundedCast';
      const rounded = (value: Value): Value =>
        node(layoutOps.Reshape, [value], { shape: value.shape });
      const casted = (value: Value): Value => node({ ...y.op, name }, [value], y.attributes);
      return y.dtype === 'float16' ? rounded(casted(x)) : casted(rounded(x));
    },
    onnx: ({ attributes }) => ({
      type: 'Cast',
      attributes: { to: { int: onnxType(attributes.to) } },
    }),
  },
});
