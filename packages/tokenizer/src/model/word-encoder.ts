import type { TokenList } from '../token-list.ts';

/** Text repeats its words, so most of them are found here and encoded only once. */
const wordCacheSize = 50_000;
/** Longer words hardly repeat, and would let one document fill the memory. */
const longestCachedWord = 64;

/** A text of so many units, and how it is cut into words. */
export type CutText = {
  readonly units: Uint16Array;
  readonly length: number;
  /** Where the word ends that begins at `from`, of a text that ends at `to`; asked for one word after the other. */
  readonly wordEnd: (units: Uint16Array, from: number, to: number) => number;
};

/** What gives the tokens of an ASCII word by byte-level BPE. */
export type BytePairs = {
  /** The token of each byte; -1: there is none. */
  readonly byteTokens: Int32Array;
  /** Left, right and result of each merge, by rank. A pair that is there twice has its last rank. */
  readonly merges: readonly (readonly [left: number, right: number, result: number])[];
  /** ASCII words that are one token whatever the merges give. */
  readonly wholeWords: readonly (readonly [word: Uint8Array, token: number])[];
};

/** A model of tokenizer.json: it turns one word into tokens. */
export type WordEncoder = {
  /** Token ids of one word. The array is shared: do not change it. */
  encode(word: string): readonly number[];
  /** Appends the token ids of all words of a text; where it is there, it is faster than `encode`. */
  append?(text: CutText, out: TokenList): void;
  /** The same for who computes it elsewhere; left out where it is not byte-level BPE. */
  bytePairs?(): BytePairs;
  /** Whether any word has the token; left out: every entry may be one. */
  reaches?(token: number): boolean;
  /** Appends the UTF-16 range of each token of `word`, which starts at `start` of the text. */
  appendOffsets(
    word: string,
    tokens: readonly number[],
    start: number,
    out: [number, number][],
  ): void;
};

/** Remembers what `compute` gave for short words; the cache starts again when it is full. */
export function cacheWords(
  compute: (word: string) => readonly number[],
): (word: string) => readonly number[] {
  const cache = new Map<string, readonly number[]>();
  return (word) => {
    const cached = cache.get(word);
    if (cached !== undefined) return cached;
    const tokens = compute(word);
    if (word.length <= longestCachedWord) {
      if (cache.size >= wordCacheSize) cache.clear();
      cache.set(word, tokens);
    }
    return tokens;
  };
}

/** The name of the token for one byte in vocabularies with byte fallback. */
export function byteTokenName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
