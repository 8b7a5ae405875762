import { charge, chargeText } from '../budget.ts';
import { failed } from '../error.ts';
import { Undecided, type UnknownTexts } from './unknown-texts.ts';

/**
 * A value of a template, with Python's types: int is `bigint`, float is `number`, str is `string` (counted in
 * code points), list is an array, and all else is a PyObject.
 */
export type Value = null | boolean | bigint | number | string | Value[] | PyObject;

export abstract class PyObject {
  /** As Python names the type. */
  abstract readonly typeName: string;
}

/** A name or attribute that is not there: prints as nothing, is false, and fails in any other use. */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined';
  /** What an error says of it. */
  readonly problem: string;

  constructor(problem: string) {
    super();
    this.problem = problem;
  }
}

export class Tuple extends PyObject {
  readonly typeName = 'tuple';
  readonly items: readonly Value[];
  /** Names of the items, in the groups that `groupby` gives. */
  readonly fields: readonly string[];

  constructor(items: readonly Value[], fields: readonly string[] = []) {
    super();
    this.items = items;
    this.fields = fields;
  }
}

/** A mapping in the order of insertion; keys that are equal in Python (1, 1.0 and True) are one key. */
export class Dict extends PyObject {
  readonly typeName = 'dict';
  readonly #entries = new Map<string, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }

  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }

  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry === undefined) this.#entries.set(hash, [key, value]);
    else entry[1] = value;
  }

  entries(): (readonly [Value, Value])[] {
    charge(this.#entries.size);
    return [...this.#entries.values()];
  }

  keys(): Value[] {
    return this.entries().map(([key]) => key);
  }

  values(): Value[] {
    return this.entries().map(([, value]) => value);
  }
}

/** What `keys()`, `values()` and `items()` of a dict give. */
export class DictView extends PyObject {
  readonly typeName: 'dict_keys' | 'dict_values' | 'dict_items';
  readonly dict: Dict;

  constructor(typeName: DictView['typeName'], dict: Dict) {
    super();
    this.typeName = typeName;
    this.dict = dict;
  }

  items(): Value[] {
    if (this.typeName === 'dict_keys') return this.dict.keys();
    if (this.typeName === 'dict_values') return this.dict.values();
    return this.dict.entries().map((entry) => new Tuple(entry));
  }
}

export class Range extends PyObject {
  readonly typeName = 'range';
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  readonly length: number;

  constructor(start: bigint, stop: bigint, step: bigint) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    const span = step > 0n ? stop - start + step - 1n : start - stop - step - 1n;
    const count = span / (step > 0n ? step : -step);
    this.length = count > 0n ? Number(count) : 0;
  }

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }
}

/** What can be gone through once, as a filter such as `map` gives it; it is true even when empty. */
export class Once extends PyObject {
  readonly typeName: string;
  readonly iterator: Iterator<Value>;

  constructor(items: Iterable<Value>, typeName = 'generator') {
    super();
    this.iterator = items[Symbol.iterator]();
    this.typeName = typeName;
  }
}

/** Text that a filter such as `safe` or `escape` declared to be HTML. */
export class Markup extends PyObject {
  readonly typeName = 'Markup';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

/**
 * A text of which some is not known yet: a sign stands for each of those. What a template can do with it is in said.ts, and
 * all else is undecided.
 */
export class Said extends PyObject {
  readonly typeName = 'str';
  readonly text: string;
  readonly unknown: UnknownTexts;

  constructor(text: string, unknown: UnknownTexts) {
    super();
    this.text = text;
    this.unknown = unknown;
  }
}

/** The only object whose attributes a template can set. */
export class Namespace extends PyObject {
  readonly typeName = 'Namespace';
  readonly attributes: Dict;

  constructor(attributes: Dict) {
    super();
    this.attributes = attributes;
  }
}

/** Python's name of a value's type. */
export function typeOf(value: Value): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'str';
    default:
      return value.typeName;
  }
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** One string for all keys that Python takes for equal. Throws for values that cannot be keys. */
export function hashKey(value: Value): string {
  switch (typeof value) {
    case 'string':
      chargeText(value.length);
      return `s${value}`;
    case 'boolean':
      return value ? 'n1' : 'n0';
    case 'bigint':
      return `n${value}`;
    case 'number':
      return Number.isInteger(value) ? `n${BigInt(value)}` : `f${value}`;
    default:
  }
  if (value === null) return 'none';
  if (Array.isArray(value) || value instanceof Dict)
    throw failed(`unhashable type: '${typeOf(value)}'`);
  if (value instanceof Markup) return `s${value.text}`;
  if (value instanceof Undefined) return 'undefined';
  if (value instanceof Said) throw new Undecided('a key');
  if (value instanceof Tuple) {
    charge(value.items.length);
    const keys = value.items.map(hashKey);
    return `t${keys.map((key) => `${key.length}:${key}`).join('')}`;
  }
  let identity = identities.get(value);
  if (identity === undefined) {
    lastIdentity += 1;
    identity = lastIdentity;
    identities.set(value, identity);
  }
  return `o${identity}`;
}
