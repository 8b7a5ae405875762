import { charge, chargeText } from '../budget.ts';
import { failed } from '../error.ts';
import { comparePoints } from './text.ts';
import { Undecided } from './unknown-texts.ts';
import {
  Dict,
  DictView,
  Markup,
  Range,
  Said,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './value.ts';

/** A value as a number, where Python takes it for one (booleans are 0 and 1). */
export function asNumber(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** The characters of a str, whether it is marked as HTML or not. */
export function asString(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Said) throw new Undecided('what characters a text has');
  return value instanceof Markup ? value.text : undefined;
}

/** Python's `==`. */
export function isEqual(left: Value, right: Value): boolean {
  charge(1);
  if (typeof left === 'string' && typeof right === 'string' && left.length === right.length)
    chargeText(left.length);
  if (left === right) return true;
  if (left instanceof Said) return isSaid(right);
  if (right instanceof Said) return isSaid(left);
  const number = asNumber(left);
  if (number !== undefined) {
    const other = asNumber(right);
    // Loose equality of a bigint and a number is exact.
    // biome-ignore lint/suspicious/noDoubleEquals: compares an int with a float
    return other !== undefined && number == other;
  }
  const string = asString(left);
  if (string !== undefined) return string === asString(right);
  if (Array.isArray(left)) return Array.isArray(right) && areEqual(left, right);
  if (left instanceof Tuple) return right instanceof Tuple && areEqual(left.items, right.items);
  if (left instanceof Undefined) return right instanceof Undefined;
  if (left instanceof Dict) {
    if (!(right instanceof Dict) || left.size !== right.size) return false;
    return left.entries().every(([key, value]) => {
      const other = right.get(key);
      return other !== undefined && isEqual(value, other);
    });
  }
  if (left instanceof Range) {
    if (!(right instanceof Range) || left.length !== right.length) return false;
    if (left.length === 0) return true;
    return left.start === right.start && (left.length === 1 || left.step === right.step);
  }
  if (left instanceof DictView && left.typeName !== 'dict_values')
    return (
      right instanceof DictView &&
      right.typeName !== 'dict_values' &&
      left.dict.size === right.dict.size &&
      left.items().every((item) => right.items().some((other) => isEqual(item, other)))
    );
  return false;
}

/** Whether a text that is not known is the value: never what is no text, and never nothing. */
function isSaid(value: Value): boolean {
  const isText = typeof value === 'string' || value instanceof Said || value instanceof Markup;
  if (isText && value !== '') throw new Undecided('whether two texts are the same');
  return false;
}

function areEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, i) => isEqual(item, right[i]!));
}

export type OrderOperator = '<' | '<=' | '>' | '>=';

/** Python's `<`, `<=`, `>` and `>=`; values of types that have no order throw. */
export function isOrdered(left: Value, operator: OrderOperator, right: Value): boolean {
  charge(1);
  for (const side of [left, right]) if (side instanceof Undefined) throw failed(side.problem);
  const a = asNumber(left);
  const b = asNumber(right);
  if (a !== undefined && b !== undefined) return holds(operator, a < b, a > b, isEqual(a, b));
  const [s, t] = [asString(left), asString(right)];
  if (s !== undefined && t !== undefined) {
    const order = comparePoints(s, t);
    return holds(operator, order < 0, order > 0, order === 0);
  }
  const items = sequences(left, right);
  if (items === undefined)
    throw failed(
      `'${operator}' not supported between instances of '${typeOf(left)}' and '${typeOf(right)}'`,
    );
  const [first, second] = items;
  for (let i = 0; i < Math.min(first.length, second.length); i++)
    if (!isEqual(first[i]!, second[i]!)) return isOrdered(first[i]!, operator, second[i]!);
  const difference = first.length - second.length;
  return holds(operator, difference < 0, difference > 0, difference === 0);
}

function sequences(left: Value, right: Value): [readonly Value[], readonly Value[]] | undefined {
  if (Array.isArray(left) && Array.isArray(right)) return [left, right];
  if (left instanceof Tuple && right instanceof Tuple) return [left.items, right.items];
  return undefined;
}

function holds(operator: OrderOperator, less: boolean, more: boolean, same: boolean): boolean {
  switch (operator) {
    case '<':
      return less;
    case '<=':
      return less || same;
    case '>':
      return more;
    case '>=':
      return more || same;
  }
}

/** Python's `sorted`: stable, and only by `<`. */
export function sorted<T>(items: readonly T[], key: (item: T) => Value, isReverse: boolean): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => {
    const [first, second] = isReverse ? [b.key, a.key] : [a.key, b.key];
    if (isOrdered(first, '<', second)) return -1;
    return isOrdered(second, '<', first) ? 1 : 0;
  });
  return keyed.map(({ item }) => item);
}
