import { failed } from '../error.ts';
import type { Arguments } from '../value/arguments.ts';
import { Callable } from '../value/callable.ts';
import { isEqual } from '../value/compare.ts';
import { CountedObject } from '../value/sequence.ts';
import { Tuple, Undefined, type Value } from '../value/value.ts';

export type LoopSettings = {
  /** How many items there are, where that is known without going through them. */
  length: number | undefined;
  /** Recursive loops around this one. */
  depth0: number;
  /** Renders the loop for other items, one level deeper; only for loops marked `recursive`. */
  recurse: ((items: Value, depth0: number) => Value) | undefined;
};

/** The `loop` of a `for`. */
export class Loop extends CountedObject {
  readonly typeName = 'LoopContext';
  #rest: Iterator<Value>;
  readonly #settings: LoopSettings;
  #length: number | undefined;
  #index0 = -1;
  /** An item that was looked at before its turn. */
  #after: Value | undefined;
  #current: Value | undefined;
  #before: Value | undefined;
  #changed: Value | undefined;

  constructor(items: Iterable<Value>, settings: LoopSettings) {
    super();
    this.#rest = items[Symbol.iterator]();
    this.#settings = settings;
    this.#length = settings.length;
  }

  get length(): number {
    if (this.#length === undefined) {
      const rest: Value[] = [];
      for (let next = this.#rest.next(); next.done !== true; next = this.#rest.next())
        rest.push(next.value);
      this.#rest = rest[Symbol.iterator]();
      this.#length = rest.length + this.#index0 + 1 + (this.#after === undefined ? 0 : 1);
    }
    return this.#length;
  }

  /** Goes on to the next item; undefined after the last. */
  next(): Value | undefined {
    const item = this.#peek();
    this.#after = undefined;
    if (item === undefined) return undefined;
    this.#index0 += 1;
    this.#before = this.#current;
    this.#current = item;
    return item;
  }

  attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.#index0 + 1);
      case 'index0':
        return BigInt(this.#index0);
      case 'revindex':
        return BigInt(this.length - this.#index0);
      case 'revindex0':
        return BigInt(this.length - this.#index0 - 1);
      case 'first':
        return this.#index0 === 0;
      case 'last':
        return this.#peek() === undefined;
      case 'length':
        return BigInt(this.length);
      case 'depth':
        return BigInt(this.#settings.depth0 + 1);
      case 'depth0':
        return BigInt(this.#settings.depth0);
      case 'previtem':
        return this.#index0 > 0 ? this.#before : new Undefined('there is no previous item');
      case 'nextitem':
        return this.#nextItem();
      case 'cycle':
        return new Callable(name, (_, given) => this.#cycle(given));
      case 'changed':
        return new Callable(name, (_, given) => this.#hasChanged(given));
      default:
        return undefined;
    }
  }

  print(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.length}>`;
  }

  override call = (_: unknown, { positional }: Arguments): Value => {
    const { recurse, depth0 } = this.#settings;
    if (recurse === undefined)
      throw failed("The loop must have the 'recursive' marker to be called recursively.");
    const [items] = positional;
    if (items === undefined || positional.length > 1) throw failed('loop() takes the items alone');
    return recurse(items, depth0 + 1);
  };

  #peek(): Value | undefined {
    if (this.#after === undefined) {
      const next = this.#rest.next();
      if (next.done !== true) this.#after = next.value;
    }
    return this.#after;
  }

  #nextItem(): Value {
    const item = this.#peek();
    return item === undefined ? new Undefined('there is no next item') : item;
  }

  #cycle({ positional }: Arguments): Value {
    if (positional.length === 0) throw failed('no items for cycling given');
    return positional[this.#index0 % positional.length]!;
  }

  #hasChanged({ positional }: Arguments): boolean {
    const values = new Tuple(positional);
    if (this.#changed !== undefined && isEqual(this.#changed, values)) return false;
    this.#changed = values;
    return true;
  }
}
