import type { TokenList } from '../token-list.ts';
import type { CutText } from './word-encoder.ts';

/** Words that are kept, and numbers of all their entries: then the cache starts again. */
const mostWords = 50_000;
const mostNumbers = 950_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestWord = 64;

/**
 * Appends the tokens of the words of a text, and remembers them in tables of numbers: a word that was seen before costs no string and
 * no object. `compute` gives the tokens of a word that is new.
 */
export function createSliceCache(compute: (word: string) => readonly number[]) {
  let table: WordTable | undefined;
  return (text: CutText, out: TokenList): void => {
    // Most tokenizers are opened and never asked.
    table ??= new WordTable();
    const { units, length } = text;
    for (let from = 0; from < length; ) {
      const to = table.appendKnown(text, from, out);
      if (to === 0) return;
      from = table.from;
      const tokens = compute(wordOf(units, from, to));
      if (to - from <= longestWord) table.keep(units, from, to, tokens);
      for (const token of tokens) out.push(token);
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

  /** Where the word begins that was not there. */
  from = 0;

  /**
   * Appends the tokens of words from a place on up to the first that is not there, and returns where that ends; 0 when all are. A word is
   * looked up as soon as it is cut, so that the next one is cut while memory is waited for.
   */
  appendKnown({ units, length: end, wordEnd }: CutText, first: number, out: TokenList): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const own = this.#units;
    const mask = slots.length - 1;
    for (let from = first; from < end; ) {
      const to = wordEnd(units, from, end);
      const length = to - from;
      let entry = 0;
      if (length <= longestWord) {
        const hash = hashOf(units, from, to);
        let slot = hash & mask;
        for (entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
          if (entries[entry] === hash && entries[entry + 1] === length) {
            const tokens = entry + headNumbers;
            const last = tokens + entries[entry + 2]!;
            let at = from;
            for (let next = 2 * last; at < to && own[next] === units[at]; next++) at++;
            if (at === to) {
              out.append(entries, tokens, last);
              break;
            }
          }
          slot = (slot + 1) & mask;
        }
      }
      if (entry === 0) {
        this.from = from;
        return to;
      }
      from = to;
    }
    return 0;
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
}

function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ units[at]!, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
