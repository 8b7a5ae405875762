import type { TokenList } from '../token-list.ts';

/** Words that are kept, and numbers of all their entries: then the cache starts again. */
const mostWords = 50_000;
const mostNumbers = 950_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestWord = 64;

/**
 * Appends the tokens of the words of a text that end at `ends`, the first of which begins at its beginning, and remembers them in tables
 * of numbers: a word that was seen before costs no string and no object. `compute` gives the tokens of a word that is new.
 */
export function createSliceCache(compute: (word: string) => readonly number[]) {
  let table: WordTable | undefined;
  return (
    units: Uint16Array,
    { places, count }: { readonly places: Int32Array; readonly count: number },
    out: TokenList,
  ): void => {
    // Most tokenizers are opened and never asked.
    table ??= new WordTable();
    let from = 0;
    for (let i = 0; i < count; i++) {
      const to = places[i]!;
      const isShort = to - from <= longestWord;
      if (!isShort || !table.appendKnown(units, from, to, out)) {
        const tokens = compute(wordOf(units, from, to));
        if (isShort) table.keep(units, from, to, tokens);
        for (const token of tokens) out.push(token);
      }
      from = to;
    }
  };
}

function wordOf({ buffer, byteOffset }: Uint16Array, from: number, to: number): string {
  return Buffer.from(buffer, byteOffset + 2 * from, 2 * (to - from)).toString('utf16le');
}

/** Numbers of a word's entry before its tokens: its hash, how many units and how many tokens it has. */
const headNumbers = 3;

/**
 * Words with their tokens, by open addressing. All that is known of a word lies in one place, which is what looking one up waits for:
 * its hash and lengths, its tokens, and its units, two in a number.
 */
class WordTable {
  /** Where each entry begins; 0: none. */
  readonly #slots = new Int32Array(2 ** 17);
  readonly #entries = new Int32Array(mostNumbers);
  readonly #units = new Uint16Array(this.#entries.buffer);
  #words = 0;
  #end = headNumbers;

  /** Appends the tokens of a word that is there; false where it is not. */
  appendKnown(units: Uint16Array, from: number, to: number, out: TokenList): boolean {
    const hash = hashOf(units, from, to);
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (entries[entry] === hash && entries[entry + 1] === to - from) {
        const first = entry + headNumbers;
        const last = first + entries[entry + 2]!;
        if (this.#is(2 * last, units, from, to)) {
          out.append(entries, first, last);
          return true;
        }
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /** Keeps the tokens of a word that is not there; a full table starts again. */
  keep(units: Uint16Array, from: number, to: number, tokens: readonly number[]): void {
    const entry = this.#end;
    const first = entry + headNumbers;
    const last = first + tokens.length;
    const end = last + ((to - from + 1) >> 1);
    if (this.#words === mostWords || end > mostNumbers) {
      this.#slots.fill(0);
      this.#words = 0;
      this.#end = headNumbers;
      this.keep(units, from, to, tokens);
      return;
    }
    const hash = hashOf(units, from, to);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
    this.#entries[entry] = hash;
    this.#entries[entry + 1] = to - from;
    this.#entries[entry + 2] = tokens.length;
    this.#entries.set(tokens, first);
    this.#units.set(units.subarray(from, to), 2 * last);
    this.#words++;
    this.#end = end;
  }

  #is(place: number, units: Uint16Array, from: number, to: number): boolean {
    const own = this.#units;
    for (let at = from, next = place; at < to; at++, next++)
      if (own[next] !== units[at]) return false;
    return true;
  }
}

function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ units[at]!, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
