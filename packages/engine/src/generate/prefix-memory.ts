/** Something that is kept for a scope as long as there is room. */
export type Kept = {
  readonly scope: string;
  readonly bytes: number;
  /** Told that it is given up. */
  readonly remove: () => void;
};

/** What one scope has, the least recently used first. */
type Holder = { bytes: number; readonly items: Set<Kept> };

/**
 * The memory in which keys and values of prompts are kept, for all models of a process. When it is full, the scope that
 * has most of it gives up what it has not used for longest: whoever has no more than an even share loses nothing by what
 * others ask, and cannot tell from it that they do.
 * @example const prefixes = new PrefixMemory(512 * 2 ** 20);
 */
export class PrefixMemory {
  readonly #mostBytes: number;
  readonly #holders = new Map<string, Holder>();
  #limit: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#limit = mostBytes;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Leaves prompts so many bytes from now on, and never more than the memory has. */
  leave(bytes: number): void {
    this.#limit = Math.min(this.#mostBytes, bytes);
    while (this.#bytes > this.#limit) {
      const [oldest] = this.#largest().items;
      this.drop(oldest as Kept);
    }
  }

  /**
   * Keeps an item as the most recently used one of its scope if there can be room for it without giving up any of
   * `beside`; tells whether it does.
   */
  keep(item: Kept, beside: readonly Kept[]): boolean {
    const { scope, bytes } = item;
    if (bytes > this.#limit) return false;
    while (this.#bytes + bytes > this.#limit) {
      const [oldest] = this.#largest(item).items;
      if (oldest === undefined || beside.includes(oldest)) return false;
      this.drop(oldest);
    }
    const holder = this.#holders.get(scope) ?? { bytes: 0, items: new Set() };
    this.#holders.set(scope, holder);
    holder.items.add(item);
    holder.bytes += bytes;
    this.#bytes += bytes;
    return true;
  }

  /** Counts items as used just now, the first of them last. */
  use(items: readonly Kept[]): void {
    for (const item of items.toReversed()) {
      const held = this.#holders.get(item.scope)?.items;
      held?.delete(item);
      held?.add(item);
    }
  }

  /** Gives up an item that is kept. */
  drop(item: Kept): void {
    const { scope, bytes } = item;
    const holder = this.#holders.get(scope);
    if (holder?.items.delete(item) !== true) return;
    holder.bytes -= bytes;
    this.#bytes -= bytes;
    if (holder.items.size === 0) this.#holders.delete(scope);
    item.remove();
  }

  /** Who has most, or would have it with an item that comes. */
  #largest(coming?: Kept): Holder {
    let largest: Holder | undefined;
    let most = 0;
    for (const [scope, holder] of this.#holders) {
      const bytes = holder.bytes + (scope === coming?.scope ? coming.bytes : 0);
      if (bytes > most) {
        most = bytes;
        largest = holder;
      }
    }
    if (largest === undefined) throw new RangeError('nothing is kept');
    return largest;
  }
}
