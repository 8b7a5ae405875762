import type { JsonNumber } from './json-number.ts';
import type { JsonString } from './json-string.ts';

/** A part of a JSON text that is expected, or what is left of one; nodes are those of a schema by their place. */
export type Item =
  /** These bytes, from a place on. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly at: number }
  /** A space that may be left out. */
  | { readonly kind: 'space' }
  | { readonly kind: 'node'; readonly node: number }
  /** The rest of a string, its closing quote included. */
  | {
      readonly kind: 'string';
      readonly text: JsonString;
      readonly state: number;
      readonly node: number;
    }
  | {
      readonly kind: 'number';
      readonly number: JsonNumber;
      readonly state: number;
      readonly node: number;
    }
  /** The rest of an object from its property `from` on. */
  | {
      readonly kind: 'properties';
      readonly node: number;
      readonly from: number;
      readonly isFirst: boolean;
    }
  | { readonly kind: 'entries'; readonly node: number; readonly isFirst: boolean }
  | { readonly kind: 'items'; readonly node: number; readonly count: number };

const space = 0x20;

/** Equal for items of one machine that are equal. */
export function itemKey(item: Item): string {
  switch (item.kind) {
    case 'bytes':
      return `b${item.at}:${Buffer.from(item.bytes).toString('hex')}`;
    case 'space':
      return 's';
    case 'node':
      return `n${item.node}`;
    case 'string':
      return `q${item.node}:${item.state}`;
    case 'number':
      return `d${item.node}:${item.state}`;
    case 'properties':
      return `p${item.node}:${item.from}:${item.isFirst}`;
    case 'entries':
      return `e${item.node}:${item.isFirst}`;
    case 'items':
      return `i${item.node}:${item.count}`;
  }
}

/** Whether an item takes a byte itself, and is not read as others first. */
export function takesBytes({ kind }: Item): boolean {
  return kind === 'bytes' || kind === 'space' || kind === 'string' || kind === 'number';
}

/** What is left of an item after a byte: `done` for nothing, undefined when it does not take the byte. */
export function take(item: Item, byte: number): Item | 'done' | undefined {
  switch (item.kind) {
    case 'bytes':
      if (item.bytes[item.at] !== byte) return undefined;
      return item.at + 1 === item.bytes.length ? 'done' : { ...item, at: item.at + 1 };
    case 'space':
      return byte === space ? 'done' : undefined;
    case 'string': {
      const state = item.text.step(item.state, byte);
      return state === 'done' || state === undefined ? state : { ...item, state };
    }
    case 'number': {
      const state = item.number.step(item.state, byte);
      return state === undefined ? undefined : { ...item, state };
    }
    default:
      return undefined;
  }
}
