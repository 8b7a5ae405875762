import { broadcastShapes } from '../graph/shape.ts';
import { isFloating } from '../graph/tensor.ts';
import { constant, node, type Op, type Value, type ValueType } from '../graph/value.ts';

/** A value, or a number that becomes a scalar of its partner's type. */
export type Operand = Value | number;

/** Makes both operands values of one type. */
export function operands(a: Operand, b: Operand): readonly [Value, Value] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? constant(b, [], a.dtype) : b];
  if (typeof b !== 'number') return [constant(a, [], b.dtype), b];
  return [constant(a), constant(b)];
}

/** An operator without attributes. */
type Plain = Readonly<Record<never, never>>;

/** The function that applies an operator to a tensor. The operator is named late, as families call each other's functions. */
export function unary(op: () => Op<Plain, readonly [Value]>): (x: Value) => Value {
  return (x) => node(op(), [x]);
}

/** The same for two operands, of which one may be a number. */
export function binary(
  op: () => Op<Plain, readonly [Value, Value]>,
): (a: Operand, b: Operand) => Value {
  return (a, b) => node(op(), operands(a, b));
}

/** Type rule of operators on one floating tensor that keep its shape. */
export function sameType([x]: readonly [Value]): ValueType {
  requireFloating(x);
  return x;
}

/** Type rule of broadcasting operators on two tensors of one type. */
export function broadcastType([a, b]: readonly [Value, Value]): ValueType {
  requireSame(a, b);
  return { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype };
}

export function requireSame(a: Value, b: Value): void {
  if (a.dtype !== b.dtype) throw new Error(`types ${a.dtype} and ${b.dtype} differ.`);
}

export function requireFloating(x: Value): void {
  if (!isFloating(x.dtype)) throw new Error(`needs float32 or float64 or float16, not ${x.dtype}.`);
}

export function requireIndex(x: Value): void {
  if (x.dtype !== 'int32' && x.dtype !== 'int64') {
    throw new Error(`indices must be int32 or int64, not ${x.dtype}.`);
  }
}
