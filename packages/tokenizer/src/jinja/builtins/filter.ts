import { unsupported } from '../error.ts';
import { getItem } from '../operators/attributes.ts';
import { toText } from '../text/print.ts';
import type { Arguments } from '../value/arguments.ts';
import type { Runtime } from '../value/runtime.ts';
import { Markup, Undefined, type Value } from '../value/value.ts';

/** A filter; the value before the bar is the first of its arguments. */
export type Filter = (runtime: Runtime, given: Arguments) => Value;

/** The text that a filter changes; text marked as safe would be escaped by each change, and is refused. */
export function inputText(name: string, value: Value): string {
  if (value instanceof Markup)
    throw unsupported(`the filter "${name}" on text that is marked as safe`);
  return toText(value);
}

/** Small letters, for what is sorted or compared without regard to case. */
export function foldCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** Reads an attribute by a path such as `address.city` or `0`. */
export function attributeReader(attribute: Value, otherwise: Value = null): (item: Value) => Value {
  const parts: Value[] =
    typeof attribute === 'string'
      ? attribute.split('.').map((part) => (/^\d+$/.test(part) ? BigInt(part) : part))
      : attribute === null
        ? []
        : [attribute];
  return (item) =>
    parts.reduce((value, part) => {
      const inner = getItem(value, part);
      return inner instanceof Undefined && otherwise !== null ? otherwise : inner;
    }, item);
}
