import { boundedNumber } from './bounded-number.ts';
import { type Item, itemKey, take, takesBytes } from './json-item.ts';
import { anyNumber, type JsonNumber } from './json-number.ts';
import { createJsonString, type JsonString } from './json-string.ts';
import type { Schema, SchemaNode } from './schema.ts';
import { anyTextRule, type TextRule, textForm } from './text-form.ts';

/**
 * What is expected next, with all that is expected after it: a stack as a linked list. Equal stacks are one
 * object, so that what follows from them is worked out once.
 */
type Expected = { readonly id: number; readonly item: Item; readonly next: Expected | undefined };

/** A machine that takes a JSON text byte by byte. States are small whole numbers. */
export type JsonMachine = {
  readonly start: number;
  /** The state after one byte; undefined when no valid text goes on with it. */
  step(state: number, byte: number): number | undefined;
  mayEnd(state: number): boolean;
  mustEnd(state: number): boolean;
  /** Whether the text can be ended from here with the bytes of the alphabet alone. */
  isSafe(state: number): boolean;
  /** States that were met so far. */
  size(): number;
};

/** Bytes that JSON is written with wherever a vocabulary may lack others. */
const allBytes: ReadonlySet<number> = new Set(Array.from({ length: 256 }, (_, byte) => byte));
/** How many times as many stacks as are kept may be looked at to find them. */
const mostWalked = 8;
/** In `steps`: not worked out yet, and no state. */
const unknown = -2;
const none = -1;
/**
 * Stacks that one state may hold beyond texts that are spelt out, of which the first bytes leave few. Where a text can
 * be read in more ways, as by arrays in arrays of which each is two things at once, the last ways are given up; what
 * is left is valid.
 */
const mostReadings = 256;

/**
 * The machine for a schema. It writes objects' properties in the order of the schema, and no white space but
 * one space, which may be left out, before the text and behind `:` and `,`. States are worked out when they
 * are first met: the machine grows with use. `alphabet` are the bytes that can be written one by one, all of ASCII
 * that prints among them.
 */
export function createJsonMachine(schema: Schema, alphabet = allBytes): JsonMachine {
  const stacks = new Map<string, Expected>();
  const states = new Map<string, number>();
  /** By state: the stacks of which one holds, `undefined` for the end of the text. */
  const members: (readonly (Expected | undefined)[])[] = [];
  const steps: Int32Array[] = [];
  const safe = new Map<number, boolean>();
  const listed = schema.nodes.flatMap((each) => (each.kind === 'literal' ? each.texts : []));
  const mostTexts = mostReadings + schema.nodes.length + listed.length;

  const strings = new Map<TextRule, { readonly text: JsonString; readonly node: number }>();
  const numbers = new Map<number, JsonNumber>();
  const stringAt = (node: number, rule: TextRule): Item => {
    // Strings of one form are one machine wherever they are, so that masks serve them all.
    const made = strings.get(rule) ?? { text: createJsonString(textForm(rule)), node };
    strings.set(rule, made);
    return { kind: 'string', ...made, state: made.text.start };
  };
  const numberAt = (node: number, { isInteger, bounds }: SchemaNode & { kind: 'number' }): Item => {
    const number =
      numbers.get(node) ?? (bounds === undefined ? anyNumber(isInteger) : boundedNumber(bounds));
    numbers.set(node, number);
    return { kind: 'number', number, state: number.start, node };
  };

  const push = (item: Item, next: Expected | undefined): Expected => {
    const key = `${itemKey(item)}|${next?.id ?? ''}`;
    const known = stacks.get(key);
    if (known !== undefined) return known;
    const made = { id: stacks.size, item, next };
    stacks.set(key, made);
    return made;
  };
  const text = (value: string, next: Expected | undefined): Expected =>
    push({ kind: 'bytes', bytes: writable(value, alphabet), at: 0 }, next);
  const node = (place: number, next: Expected | undefined): Expected =>
    push({ kind: 'node', node: place }, next);
  const comma = (isFirst: boolean, next: Expected): Expected =>
    isFirst ? next : text(',', push({ kind: 'space' }, next));

  /** What a stack may be read as, down to items that take a byte. */
  const expand = (stack: Expected): readonly (Expected | undefined)[] => {
    const { item, next } = stack;
    switch (item.kind) {
      case 'space':
        return [next];
      case 'number':
        return item.number.mayEnd(item.state) ? [next] : [];
      case 'node':
        return expandNode(schema.nodes[item.node]!, item.node, next);
      case 'properties': {
        const { properties } = schema.nodes[item.node] as SchemaNode & { kind: 'object' };
        const options: Expected[] = [];
        for (let at = item.from; at < properties.length; at++) {
          const { key, value, required } = properties[at]!;
          const rest = { ...item, from: at + 1, isFirst: false };
          const told = push({ kind: 'space' }, node(value, push(rest, next)));
          options.push(comma(item.isFirst, text(`${JSON.stringify(key)}:`, told)));
          if (required) return options;
        }
        return [...options, text('}', next)];
      }
      case 'entries': {
        const { values } = schema.nodes[item.node] as SchemaNode & { kind: 'map' };
        const rest = push({ ...item, isFirst: false }, next);
        const value = text(':', push({ kind: 'space' }, node(values, rest)));
        const key = push(stringAt(-1, anyTextRule), value);
        return [comma(item.isFirst, text('"', key)), text('}', next)];
      }
      case 'items': {
        const { items, minItems, maxItems } = schema.nodes[item.node] as SchemaNode & {
          kind: 'array';
        };
        const { count } = item;
        const told = Math.min(count + 1, Number.isFinite(maxItems) ? maxItems : minItems + 1);
        const more = comma(
          count === 0,
          node(items, push({ ...item, count: Math.max(told, 1) }, next)),
        );
        return [
          ...(count < maxItems ? [more] : []),
          ...(count >= minItems ? [text(']', next)] : []),
        ];
      }
      default:
        return [];
    }
  };

  const expandNode = (
    found: SchemaNode,
    place: number,
    next: Expected | undefined,
  ): readonly (Expected | undefined)[] => {
    switch (found.kind) {
      case 'anyOf':
        return found.options.map((option) => node(option, next));
      case 'sequence': {
        const first = found.parts.reduceRight<Expected | undefined>(
          (behind, part) => node(part, behind),
          next,
        );
        return [first];
      }
      case 'literal':
        return found.texts.map((each) => text(each, next));
      case 'number':
        return [push(numberAt(place, found), next)];
      case 'string':
        return [text('"', push(stringAt(place, found.text), next))];
      case 'object':
        return [text('{', push({ kind: 'properties', node: place, from: 0, isFirst: true }, next))];
      case 'map':
        return [text('{', push({ kind: 'entries', node: place, isFirst: true }, next))];
      case 'array':
        return [text('[', push({ kind: 'items', node: place, count: 0 }, next))];
    }
  };

  /** The first of these stacks, as many as one state may hold. */
  const fewer = (found: readonly (Expected | undefined)[]): readonly (Expected | undefined)[] => {
    if (found.length <= mostReadings) return found;
    let texts = 0;
    let others = 0;
    return found.filter((stack) => {
      if (stack === undefined) return true;
      return stack.item.kind === 'bytes' ? ++texts <= mostTexts : ++others <= mostReadings;
    });
  };

  /** The state in which one of these stacks holds. */
  const stateOf = (heads: readonly (Expected | undefined)[]): number => {
    const all = new Set(fewer(heads));
    // What is added while the set is walked is walked too.
    for (const stack of all) {
      if (all.size > mostWalked * mostTexts) break;
      if (stack !== undefined) for (const reading of expand(stack)) all.add(reading);
    }
    const taking = fewer([...all].filter((stack) => stack === undefined || takesBytes(stack.item)));
    const ids = taking.map((stack) => stack?.id ?? -1).toSorted((a, b) => a - b);
    const key = ids.join();
    const known = states.get(key);
    if (known !== undefined) return known;
    const state = members.push(taking) - 1;
    steps.push(new Int32Array(256).fill(unknown));
    states.set(key, state);
    return state;
  };

  const step = (state: number, byte: number): number | undefined => {
    const known = steps[state]![byte]!;
    if (known !== unknown) return known === none ? undefined : known;
    const heads: (Expected | undefined)[] = [];
    for (const stack of members[state]!) {
      if (stack === undefined) continue;
      const after = take(stack.item, byte);
      if (after === 'done') heads.push(stack.next);
      else if (after !== undefined) heads.push(push(after, stack.next));
    }
    const reached = heads.length === 0 ? undefined : stateOf(heads);
    steps[state]![byte] = reached ?? none;
    return reached;
  };

  const isSafe = (state: number): boolean => {
    const known = safe.get(state);
    if (known !== undefined) return known;
    const isBetween = members[state]!.some(
      (stack) => stack?.item.kind !== 'string' || !stack.item.text.isInCharacter(stack.item.state),
    );
    const found =
      isBetween ||
      [...alphabet].some((byte) => {
        const next = step(state, byte);
        return next !== undefined && isSafe(next);
      });
    safe.set(state, found);
    return found;
  };

  return {
    isSafe,
    size: () => members.length,
    start: stateOf([push({ kind: 'space' }, node(schema.root, undefined))]),
    step,
    mayEnd: (state) => members[state]!.includes(undefined),
    mustEnd: (state) => {
      for (let byte = 0; byte < 256; byte++) if (step(state, byte) !== undefined) return false;
      return true;
    },
  };
}

/** A JSON text, with escapes for characters beyond ASCII where their bytes cannot be written one by one. */
function writable(text: string, alphabet: ReadonlySet<number>): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.every((byte) => alphabet.has(byte))) return bytes;
  const escaped = text.replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(escaped);
}
