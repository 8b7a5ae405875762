import { mix, wordHashes } from './words.ts';

/** Words of a phrase that nobody writes twice by chance, as GPT-3's authors took; fewer of a short text. */
const phraseWords = 13;
const shortWords = 8;
/** A text of fewer words than two phrases is a short one. */
const leastLong = 2 * phraseWords;

/** Rows that may have a phrase in common before it is a form that everybody fills in. */
const mostRows = 10;

/** Phrases that are kept at most. */
const mostPhrases = 1_000_000;

/** Finds texts that share a phrase with one of those that were kept. */
export type Phrases = {
  /** Keeps the phrases of a text that is to be scored, which stands on that line. */
  keep(text: string, line: number): void;
  /** Looks at a text that is to be trained on, which has that number. */
  look(text: string, number: number): void;
  /** The texts looked at that share a phrase which few of them have, with the line of the one kept. */
  found(): Map<number, number>;
};

export function createPhrases(): Phrases {
  const lines = new Map<number, number>();
  const holders = new Map<number, number[]>();
  return {
    keep(text, line) {
      const words = wordHashes(text);
      for (const phrase of phrasesOf(words, words.length < leastLong ? shortWords : phraseWords))
        if (lines.size < mostPhrases && !lines.has(phrase)) lines.set(phrase, line);
    },
    look(text, number) {
      if (lines.size === 0) return;
      const words = wordHashes(text);
      for (const length of [phraseWords, shortWords])
        for (const phrase of phrasesOf(words, length)) {
          if (!lines.has(phrase)) continue;
          const others = holders.get(phrase);
          if (others === undefined) holders.set(phrase, [number]);
          else if (others.length <= mostRows && others.at(-1) !== number) others.push(number);
        }
    },
    found() {
      const found = new Map<number, number>();
      for (const [phrase, numbers] of holders)
        if (numbers.length <= mostRows)
          for (const number of numbers)
            if (!found.has(number)) found.set(number, lines.get(phrase) as number);
      return found;
    },
  };
}

/** Factors of the words' places in both halves of a phrase's number. */
const factors = [0x01000193, 0x9e3779b1] as const;

/** Each run of so many words as a number of 53 bits, with the length in it. */
function phrasesOf(words: Uint32Array, length: number): Float64Array {
  const [first, second] = factors;
  const leaving = { first: power(first, length), second: power(second, length) };
  const found = new Float64Array(Math.max(0, words.length - length + 1));
  let high = 0;
  let low = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    const left = at < length ? 0 : (words[at - length] as number);
    high = (Math.imul(high, first) + word - Math.imul(left, leaving.first)) | 0;
    low = (Math.imul(low, second) + word - Math.imul(left, leaving.second)) | 0;
    if (at >= length - 1) found[at - length + 1] = mix(high + length) * 2 ** 21 + (mix(low) >>> 11);
  }
  return found;
}

function power(factor: number, exponent: number): number {
  let product = 1;
  for (let times = 0; times < exponent; times++) product = Math.imul(product, factor);
  return product;
}
