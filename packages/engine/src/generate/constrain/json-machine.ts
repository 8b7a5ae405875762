import type { Schema, SchemaNode } from './json-schema.ts';

/**
 * What is expected next, with all that is expected after it: a stack as a linked list. Equal stacks are one
 * object, so that what follows from them is worked out once.
 */
type Expected = { readonly id: number; readonly item: Item; readonly next: Expected | undefined };

type Item =
  /** These bytes, from a place on. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly at: number }
  /** A space that may be left out. */
  | { readonly kind: 'space' }
  | { readonly kind: 'node'; readonly node: number }
  /** The rest of a string, its closing quote included. */
  | { readonly kind: 'string'; readonly rest: StringRest }
  | {
      readonly kind: 'number';
      readonly phase: NumberPhase;
      readonly digits: number;
      readonly isInteger: boolean;
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

type StringRest = {
  readonly minLength: number;
  readonly maxLength: number;
  readonly count: number;
  /** Inside a character: bytes of UTF-8 to come with the range of the next, or the place in an escape. */
  readonly inside: readonly number[] | 'escape' | 'u1' | 'u2' | 'u2-d' | 'u3' | 'u4' | undefined;
};

/** Where in `-12.5e+3` a number is. */
type NumberPhase =
  | 'start'
  | 'sign'
  | 'zero'
  | 'int'
  | 'point'
  | 'fraction'
  | 'e'
  | 'esign'
  | 'exponent';

const code = (character: string): number => character.charCodeAt(0);
const quote = code('"');
const backslash = code('\\');
const space = code(' ');
/** Digits before the point, and behind it, so that no number runs on for ever; more than float64 can tell. */
const mostDigits = 16;
const mostExponentDigits = 2;
const mayEndIn: ReadonlySet<NumberPhase> = new Set(['zero', 'int', 'fraction', 'exponent']);

/** A machine that takes a JSON text byte by byte. States are small whole numbers. */
export type JsonMachine = {
  readonly start: number;
  /** The state after one byte; undefined when no valid text goes on with it. */
  step(state: number, byte: number): number | undefined;
  /** Whether the text may end here. */
  mayEnd(state: number): boolean;
  /** Whether the text must end here. */
  mustEnd(state: number): boolean;
};

/**
 * The machine for a schema. It writes objects' properties in the order of the schema, and no white space but
 * one space, which may be left out, before the text and behind `:` and `,`. States are worked out when they
 * are first met: the machine grows with use.
 */
export function createJsonMachine(schema: Schema): JsonMachine {
  const stacks = new Map<string, Expected>();
  const states = new Map<string, number>();
  /** By state: the stacks of which one holds, `undefined` for the end of the text. */
  const members: (readonly (Expected | undefined)[])[] = [];
  const steps: Map<number, number | undefined>[] = [];

  const push = (item: Item, next: Expected | undefined): Expected => {
    const key = `${itemKey(item)}|${next?.id ?? ''}`;
    const known = stacks.get(key);
    if (known !== undefined) return known;
    const made = { id: stacks.size, item, next };
    stacks.set(key, made);
    return made;
  };
  const text = (value: string, next: Expected | undefined): Expected =>
    push({ kind: 'bytes', bytes: Buffer.from(value), at: 0 }, next);
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
        return mayEndIn.has(item.phase) ? [next] : [];
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
        const key = push(anyString, value);
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
  ): readonly Expected[] => {
    switch (found.kind) {
      case 'anyOf':
        return found.options.map((option) => node(option, next));
      case 'literal':
        return found.texts.map((each) => text(each, next));
      case 'number':
        return [
          push({ kind: 'number', phase: 'start', digits: 0, isInteger: found.isInteger }, next),
        ];
      case 'string': {
        const { minLength, maxLength } = found;
        const rest = { minLength, maxLength, count: 0, inside: undefined };
        return [text('"', push({ kind: 'string', rest }, next))];
      }
      case 'object':
        return [text('{', push({ kind: 'properties', node: place, from: 0, isFirst: true }, next))];
      case 'map':
        return [text('{', push({ kind: 'entries', node: place, isFirst: true }, next))];
      case 'array':
        return [text('[', push({ kind: 'items', node: place, count: 0 }, next))];
    }
  };

  /** The state in which one of these stacks holds. */
  const stateOf = (heads: readonly (Expected | undefined)[]): number => {
    const all = new Set(heads);
    // What is added while the set is walked is walked too.
    for (const stack of all)
      if (stack !== undefined) for (const reading of expand(stack)) all.add(reading);
    const taking = [...all].filter((stack) => stack === undefined || takesBytes(stack.item));
    const ids = taking.map((stack) => stack?.id ?? -1).toSorted((a, b) => a - b);
    const key = ids.join();
    const known = states.get(key);
    if (known !== undefined) return known;
    const state = members.push(taking) - 1;
    steps.push(new Map());
    states.set(key, state);
    return state;
  };

  const step = (state: number, byte: number): number | undefined => {
    const known = steps[state]!;
    if (known.has(byte)) return known.get(byte);
    const heads: (Expected | undefined)[] = [];
    for (const stack of members[state]!) {
      if (stack === undefined) continue;
      const after = take(stack.item, byte);
      if (after === 'done') heads.push(stack.next);
      else if (after !== undefined) heads.push(push(after, stack.next));
    }
    const reached = heads.length === 0 ? undefined : stateOf(heads);
    known.set(byte, reached);
    return reached;
  };

  return {
    start: stateOf([push({ kind: 'space' }, node(schema.root, undefined))]),
    step,
    mayEnd: (state) => members[state]!.includes(undefined),
    mustEnd: (state) => {
      for (let byte = 0; byte < 256; byte++) if (step(state, byte) !== undefined) return false;
      return true;
    },
  };
}

const anyString: Item = {
  kind: 'string',
  rest: { minLength: 0, maxLength: Number.POSITIVE_INFINITY, count: 0, inside: undefined },
};

function itemKey(item: Item): string {
  switch (item.kind) {
    case 'bytes':
      return `b${item.at}:${Buffer.from(item.bytes).toString('hex')}`;
    case 'space':
      return 's';
    case 'node':
      return `n${item.node}`;
    case 'string': {
      const { minLength, maxLength, count, inside } = item.rest;
      return `q${minLength}:${maxLength}:${count}:${String(inside)}`;
    }
    case 'number':
      return `d${item.phase}:${item.digits}:${item.isInteger}`;
    case 'properties':
      return `p${item.node}:${item.from}:${item.isFirst}`;
    case 'entries':
      return `e${item.node}:${item.isFirst}`;
    case 'items':
      return `i${item.node}:${item.count}`;
  }
}

function takesBytes({ kind }: Item): boolean {
  return kind === 'bytes' || kind === 'space' || kind === 'string' || kind === 'number';
}

/** What is left of an item after a byte: `done` for nothing, undefined when it does not take the byte. */
function take(item: Item, byte: number): Item | 'done' | undefined {
  switch (item.kind) {
    case 'bytes':
      if (item.bytes[item.at] !== byte) return undefined;
      return item.at + 1 === item.bytes.length ? 'done' : { ...item, at: item.at + 1 };
    case 'space':
      return byte === space ? 'done' : undefined;
    case 'string': {
      const rest = takeInString(item.rest, byte);
      return rest === 'done' || rest === undefined ? rest : { kind: 'string', rest };
    }
    case 'number':
      return takeDigit(item, byte);
    default:
      return undefined;
  }
}

const continuation = [0x80, 0xbf] as const;

/** Bytes that follow the first byte of a character of UTF-8, as ranges (RFC 3629); none when it is no first byte. */
function following(byte: number): readonly number[] | undefined {
  if (byte >= 0xc2 && byte <= 0xdf) return continuation;
  if (byte === 0xe0) return [0xa0, 0xbf, ...continuation];
  if (byte === 0xed) return [0x80, 0x9f, ...continuation];
  if (byte >= 0xe1 && byte <= 0xef) return [...continuation, ...continuation];
  if (byte === 0xf0) return [0x90, 0xbf, ...continuation, ...continuation];
  if (byte >= 0xf1 && byte <= 0xf3) return [...continuation, ...continuation, ...continuation];
  if (byte === 0xf4) return [0x80, 0x8f, ...continuation, ...continuation];
  return undefined;
}

function takeInString(rest: StringRest, byte: number): StringRest | 'done' | undefined {
  const { minLength, maxLength, count, inside } = rest;
  // Beyond what can matter any more the number of characters is not kept: states stay few.
  const most = Number.isFinite(maxLength) ? maxLength : minLength;
  const whole = { ...rest, count: Math.min(count + 1, most), inside: undefined };
  if (Array.isArray(inside)) {
    const [low = 0, high = 0, ...later] = inside as readonly number[];
    if (byte < low || byte > high) return undefined;
    return later.length === 0 ? whole : { ...rest, inside: later };
  }
  switch (inside) {
    case 'escape':
      if (byte === code('u')) return { ...rest, inside: 'u1' };
      return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? whole : undefined;
    case 'u1':
      if (!isHex(byte)) return undefined;
      return { ...rest, inside: byte === code('d') || byte === code('D') ? 'u2-d' : 'u2' };
    // U+D800 and on are halves of pairs: characters beyond U+FFFF are written as they are.
    case 'u2-d':
      return byte >= code('0') && byte <= code('7') ? { ...rest, inside: 'u3' } : undefined;
    case 'u2':
      return isHex(byte) ? { ...rest, inside: 'u3' } : undefined;
    case 'u3':
      return isHex(byte) ? { ...rest, inside: 'u4' } : undefined;
    case 'u4':
      return isHex(byte) ? whole : undefined;
    default:
      return takeOutside(rest, byte, whole);
  }
}

/** A byte that is not inside a character. */
function takeOutside(
  rest: StringRest,
  byte: number,
  whole: StringRest,
): StringRest | 'done' | undefined {
  const { minLength, maxLength, count } = rest;
  if (byte === quote) return count >= minLength ? 'done' : undefined;
  if (count >= maxLength) return undefined;
  if (byte === backslash) return { ...rest, inside: 'escape' };
  if (byte < 0x80) return byte >= space && byte !== 0x7f ? whole : undefined;
  const ranges = following(byte);
  return ranges === undefined ? undefined : { ...rest, inside: ranges };
}

function isHex(byte: number): boolean {
  return /[0-9a-fA-F]/.test(String.fromCharCode(byte));
}

function takeDigit(item: Item & { kind: 'number' }, byte: number): Item | undefined {
  const { phase, digits, isInteger } = item;
  const isDigit = byte >= code('0') && byte <= code('9');
  const to = (next: NumberPhase, count = 0): Item => ({ ...item, phase: next, digits: count });
  const isE = byte === code('e') || byte === code('E');
  switch (phase) {
    case 'start':
    case 'sign':
      if (phase === 'start' && byte === code('-')) return to('sign');
      if (!isDigit) return undefined;
      return byte === code('0') ? to('zero') : to('int', 1);
    case 'zero':
    case 'int':
      if (phase === 'int' && isDigit && digits < mostDigits) return to('int', digits + 1);
      if (isInteger) return undefined;
      if (byte === code('.')) return to('point');
      return isE ? to('e') : undefined;
    case 'point':
      return isDigit ? to('fraction', 1) : undefined;
    case 'fraction':
      if (isDigit && digits < mostDigits) return to('fraction', digits + 1);
      return isE ? to('e') : undefined;
    case 'e':
      if (byte === code('+') || byte === code('-')) return to('esign');
      return isDigit ? to('exponent', 1) : undefined;
    case 'esign':
      return isDigit ? to('exponent', 1) : undefined;
    case 'exponent':
      return isDigit && digits < mostExponentDigits ? to('exponent', digits + 1) : undefined;
  }
}
