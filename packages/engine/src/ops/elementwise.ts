import { type Family, family, type Takes } from '../graph/family.ts';
import type { Value, ValueType } from '../graph/value.ts';
import { greater, less, where } from './comparison.ts';
import { binary, broadcastType, sameType, unary } from './operand.ts';

/** a + b, broadcasting. */
export const add = binary(() => elementwiseOps.Add);

/** a − b, broadcasting. */
export const sub = binary(() => elementwiseOps.Sub);

/** a · b, broadcasting. */
export const mul = binary(() => elementwiseOps.Mul);

/** a / b, broadcasting; integers lose the fraction. */
export const div = binary(() => elementwiseOps.Div);

/** The larger of a and b, broadcasting. */
export const maximum = binary(() => elementwiseOps.Max);

/** The smaller of a and b, broadcasting. */
export const minimum = binary(() => elementwiseOps.Min);

/** −x. */
export const neg = unary(() => elementwiseOps.Neg);

/** e to the x. */
export const exp = unary(() => elementwiseOps.Exp);

/** Natural logarithm. */
export const log = unary(() => elementwiseOps.Log);

/** √x. */
export const sqrt = unary(() => elementwiseOps.Sqrt);

/** 1 / x. */
export const reciprocal = unary(() => elementwiseOps.Reciprocal);

/** |x|. */
export const abs = unary(() => elementwiseOps.Abs);

function numeric(inputs: readonly [Value, Value]): ValueType {
  const type = broadcastType(inputs);
  if (type.dtype === 'bool') throw new Error('needs numbers, not bool.');
  return type;
}

/** Gradients come in the broadcast shape; the driver sums them back to the shape of each input. */
export type ElementwiseOps = Record<'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min', Takes<2>> &
  Record<'Neg' | 'Exp' | 'Log' | 'Sqrt' | 'Reciprocal' | 'Abs', Takes<1>>;

export const elementwiseOps: Family<ElementwiseOps> = family<ElementwiseOps>({
  Add: {
    summary: 'y = a + b;  da = dy;  db = dy.',
    types: numeric,
    gradient: ({ dy }) => [dy, dy],
  },
  Sub: {
    summary: 'y = a − b;  da = dy;  db = −dy.',
    types: numeric,
    gradient: ({ dy }) => [dy, neg(dy)],
  },
  Mul: {
    summary: 'y = a·b;  da = dy·b;  db = dy·a.',
    types: numeric,
    gradient: ({ dy, inputs: [a, b] }) => [mul(dy, b), mul(dy, a)],
  },
  Div: {
    summary: 'y = a/b;  da = dy/b;  db = −dy·y/b.',
    types: numeric,
    gradient: ({ dy, y, inputs: [, b] }) => {
      const da = div(dy, b);
      return [da, neg(mul(da, y))];
    },
  },
  Max: {
    summary: 'y = max(a, b);  da = dy where a ≥ b;  db = dy where a < b.',
    types: numeric,
    gradient: ({ dy, inputs: [a, b] }) => {
      const second = less(a, b);
      return [where(second, 0, dy), where(second, dy, 0)];
    },
  },
  Min: {
    summary: 'y = min(a, b);  da = dy where a ≤ b;  db = dy where a > b.',
    types: numeric,
    gradient: ({ dy, inputs: [a, b] }) => {
      const second = greater(a, b);
      return [where(second, 0, dy), where(second, dy, 0)];
    },
  },
  Neg: { summary: 'y = −x;  dx = −dy.', types: ([x]) => x, gradient: ({ dy }) => [neg(dy)] },
  Exp: { summary: 'y = eˣ;  dx = dy·y.', types: sameType, gradient: ({ dy, y }) => [mul(dy, y)] },
  Log: {
    summary: 'y = ln x;  dx = dy/x.',
    types: sameType,
    gradient: ({ dy, inputs: [x] }) => [div(dy, x)],
  },
  Sqrt: {
    summary: 'y = √x;  dx = dy/(2y).',
    types: sameType,
    gradient: ({ dy, y }) => [div(mul(dy, 0.5), y)],
  },
  Reciprocal: {
    summary: 'y = 1/x;  dx = −dy·y².',
    types: sameType,
    gradient: ({ dy, y }) => [neg(mul(dy, mul(y, y)))],
  },
  Abs: {
    summary: 'y = |x|;  dx = dy where x ≥ 0, else −dy.',
    types: ([x]) => x,
    gradient: ({ dy, inputs: [x] }) => [where(less(x, 0), neg(dy), dy)],
  },
});
