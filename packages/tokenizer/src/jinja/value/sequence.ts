import { chargeText } from '../budget.ts';
import { failed, unsupported } from '../error.ts';
import { AttributeObject } from './callable.ts';
import { asNumber, asString, isEqual } from './compare.ts';
import type { Runtime } from './runtime.ts';
import { saidHolds } from './said.ts';
import { pointLength, pointSlice, points } from './text.ts';
import {
  Dict,
  DictView,
  Namespace,
  Once,
  Range,
  Said,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './value.ts';

/** An object that has a length, such as `loop`. */
export abstract class CountedObject extends AttributeObject {
  abstract readonly length: number;
}

/** Python's `bool`. */
export function isTruthy(value: Value): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    case 'string':
      return value !== '';
    default:
  }
  if (value instanceof Said) return true;
  return !(value instanceof Undefined) && optionalLength(value) !== 0;
}

/** Python's `len`, undefined where there is none. */
export function optionalLength(value: Value): number | undefined {
  const text = asString(value);
  if (text !== undefined) return pointLength(text);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range || value instanceof CountedObject) return value.length;
  if (value instanceof Undefined) return 0;
  return undefined;
}

/** Python's `len`. */
export function length(value: Value): number {
  const found = optionalLength(value);
  if (found === undefined) throw failed(`object of type '${typeOf(value)}' has no len()`);
  return found;
}

/** Whether Python's `iter` takes the value. */
export function isIterable(value: Value): boolean {
  return value instanceof Once || optionalLength(value) !== undefined;
}

/** Goes through the value as Python's `iter`; each item counts as a step. */
export function* iterate(runtime: Runtime, value: Value): Iterable<Value> {
  for (const item of rawItems(value)) {
    runtime.budget.spend(1);
    yield item;
  }
}

function rawItems(value: Value): Iterable<Value> {
  if (Array.isArray(value)) return value;
  const text = asString(value);
  if (text !== undefined) return points(text);
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof DictView) return value.items();
  if (value instanceof Undefined) return [];
  if (value instanceof Range) return rangeItems(value);
  if (value instanceof Once) return generatorItems(value);
  if (value instanceof CountedObject) throw unsupported(`going through a ${value.typeName}`);
  throw failed(`'${typeOf(value)}' object is not iterable`);
}

function* rangeItems(range: Range): Iterable<Value> {
  for (let i = 0; i < range.length; i++) yield range.at(i);
}

function* generatorItems({ iterator }: Once): Iterable<Value> {
  // By hand, since `for` over the iterator would close it, and it can be gone on with later.
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value;
}

/** Python's `list(value)`. */
export function toList(runtime: Runtime, value: Value): Value[] {
  return [...iterate(runtime, value)];
}

/** Python's `in`. */
export function contains(runtime: Runtime, container: Value, item: Value): boolean {
  if (container instanceof Said) return saidHolds(container, item);
  const text = asString(container);
  if (text !== undefined) {
    const part = asString(item);
    if (part === undefined)
      throw failed(`'in <string>' requires string as left operand, not ${typeOf(item)}`);
    chargeText(text.length);
    return text.includes(part);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.typeName === 'dict_keys')
    return container.dict.has(item);
  if (container instanceof Namespace || !isIterable(container))
    throw failed(`argument of type '${typeOf(container)}' is not iterable`);
  if (container instanceof Range) {
    const number = asNumber(item);
    if (number === undefined) return false;
  }
  for (const other of iterate(runtime, container)) if (isEqual(other, item)) return true;
  return false;
}

/** `value[index]` of a sequence; undefined where there is no such item or the value is no sequence. */
export function itemAt(value: Value, index: bigint): Value | undefined {
  const count = optionalLength(value);
  if (count === undefined) return undefined;
  const at = Number(index < 0n ? index + BigInt(count) : index);
  if (at < 0 || at >= count) return undefined;
  if (Array.isArray(value)) return value[at];
  const text = asString(value);
  if (text !== undefined) return pointSlice(text, at, at + 1);
  if (value instanceof Tuple) return value.items[at];
  return value instanceof Range ? value.at(at) : undefined;
}

export type SliceBounds = readonly [start: Value, stop: Value, step: Value];

/** `value[start:stop:step]`; None stands for what is left out. */
export function slice(runtime: Runtime, value: Value, bounds: SliceBounds): Value {
  if (value instanceof Undefined) throw failed(value.problem);
  if (value instanceof Dict) throw failed("unhashable type: 'slice'");
  const text = asString(value);
  const isSliceable =
    text !== undefined || Array.isArray(value) || value instanceof Tuple || value instanceof Range;
  if (!isSliceable) throw failed(`'${typeOf(value)}' object is not subscriptable`);
  const count = length(value);
  const [start, stop, step] = indices(bounds, count);
  if (value instanceof Range) {
    const first = value.start + BigInt(start) * value.step;
    return new Range(first, value.start + BigInt(stop) * value.step, value.step * BigInt(step));
  }
  runtime.budget.spend(step === 1 && text !== undefined ? 1 + Math.ceil(count / 64) : count);
  if (text !== undefined) {
    if (step === 1) return pointSlice(text, start, Math.max(start, stop));
    return pick(points(text), [start, stop, step]).join('');
  }
  const items = value instanceof Tuple ? value.items : (value as Value[]);
  const picked = pick(items, [start, stop, step]);
  return value instanceof Tuple ? new Tuple(picked) : picked;
}

function pick<T>(items: readonly T[], [start, stop, step]: [number, number, number]): T[] {
  const picked: T[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) picked.push(items[i]!);
  return picked;
}

function indices([start, stop, step]: SliceBounds, count: number): [number, number, number] {
  const by = step === null ? 1 : clampedIndex(step);
  if (by === 0) throw failed('slice step cannot be zero');
  const [low, high] = by > 0 ? [0, count] : [-1, count - 1];
  const bound = (value: Value, otherwise: number): number => {
    if (value === null) return otherwise;
    const at = clampedIndex(value);
    return Math.min(Math.max(at < 0 ? at + count : at, low), high);
  };
  return [bound(start, by > 0 ? low : high), bound(stop, by > 0 ? high : low), by];
}

/** A bound of a slice, brought into the range of exact numbers. */
export function clampedIndex(value: Value): number {
  const number = asNumber(value);
  if (typeof number !== 'bigint')
    throw failed('slice indices must be integers or None or have an __index__ method');
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(number > most ? most : number < -most ? -most : number);
}
