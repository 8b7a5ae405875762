import type { TokenList } from '../token-list.ts';

/** Words that are kept, with units and tokens of them all: then the cache starts again. */
const mostWords = 50_000;
const mostUnits = 16 * mostWords;
const mostTokens = 400_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestWord = 64;

/**
 * Appends the tokens of the words of a text that end at `ends`, the first of which begins at its beginning, and remembers them in tables
 * of numbers: a word that was seen before costs no string and no object. `compute` gives the tokens of a word that is new.
 */
export function createSliceCache(compute: (word: string) => readonly number[]) {
  let table: WordTable | undefined;
  return (
    { text, units }: { readonly text: string; readonly units: Uint16Array },
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
        const word = text.slice(from, to);
        const tokens = compute(word);
        if (isShort) table.keep(units, from, to, tokens);
        for (const token of tokens) out.push(token);
      }
      from = to;
    }
  };
}

/** Words with their tokens, by open addressing. */
class WordTable {
  readonly #slots = new Int32Array(2 ** 17).fill(-1);
  readonly #hashes = new Int32Array(mostWords);
  /** Where the units and the tokens of each word begin; those of the next one begin where they end. */
  readonly #unitStarts = new Int32Array(mostWords + 1);
  readonly #tokenStarts = new Int32Array(mostWords + 1);
  readonly #units = new Uint16Array(mostUnits);
  readonly #tokens = new Int32Array(mostTokens);
  #words = 0;

  /** Appends the tokens of a word that is there; false where it is not. */
  appendKnown(units: Uint16Array, from: number, to: number, out: TokenList): boolean {
    const hash = hashOf(units, from, to);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let word = slots[slot]!; word >= 0; word = slots[slot]!) {
      if (this.#hashes[word] === hash && this.#is(word, units, from, to)) {
        out.append(this.#tokens, this.#tokenStarts[word]!, this.#tokenStarts[word + 1]!);
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /** Keeps the tokens of a word that is not there; a full table starts again. */
  keep(units: Uint16Array, from: number, to: number, tokens: readonly number[]): void {
    const start = this.#unitStarts[this.#words]!;
    const first = this.#tokenStarts[this.#words]!;
    if (
      this.#words === mostWords ||
      start + to - from > mostUnits ||
      first + tokens.length > mostTokens
    ) {
      this.#slots.fill(-1);
      this.#words = 0;
      this.keep(units, from, to, tokens);
      return;
    }
    const hash = hashOf(units, from, to);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = this.#words;
    this.#hashes[this.#words] = hash;
    this.#units.set(units.subarray(from, to), start);
    this.#tokens.set(tokens, first);
    this.#words++;
    this.#unitStarts[this.#words] = start + to - from;
    this.#tokenStarts[this.#words] = first + tokens.length;
  }

  #is(word: number, units: Uint16Array, from: number, to: number): boolean {
    const start = this.#unitStarts[word]!;
    if (this.#unitStarts[word + 1]! - start !== to - from) return false;
    const own = this.#units;
    for (let at = from; at < to; at++) if (own[start + at - from] !== units[at]) return false;
    return true;
  }
}

function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ units[at]!, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
