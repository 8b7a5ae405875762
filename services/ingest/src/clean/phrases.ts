import { hashWord, mix, wordsOf } from './words.ts';

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
      for (const phrase of phrasesOf(text, lengthOf(text)))
        if (lines.size < mostPhrases && !lines.has(phrase)) lines.set(phrase, line);
    },
    look(text, number) {
      if (lines.size === 0) return;
      for (const words of [phraseWords, shortWords])
        for (const phrase of phrasesOf(text, words)) {
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

function lengthOf(text: string): number {
  return wordsOf(text).length < leastLong ? shortWords : phraseWords;
}

/** Each run of so many words as a number of 53 bits, with the length in it. */
function phrasesOf(text: string, length: number): Set<number> {
  const words = wordsOf(text).map(hashWord);
  const found = new Set<number>();
  for (let at = 0; at + length <= words.length; at++) {
    let high = length;
    let low = mix(length);
    for (let next = at; next < at + length; next++) {
      high = mix(Math.imul(high, 31) + (words[next] as number));
      low = mix(Math.imul(low, 37) ^ (words[next] as number));
    }
    found.add(high * 2 ** 21 + (low >>> 11));
  }
  return found;
}
