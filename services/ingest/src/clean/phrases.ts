import { createFirstPlaces } from '../first-places.ts';
import { mix } from './words.ts';

/** Words of a phrase that nobody writes twice by chance, as GPT-3's authors took; fewer of a short text. */
const phraseWords = 13;
const shortWords = 8;
/** A text of fewer words than two phrases is a short one. */
const leastLong = 2 * phraseWords;
const bothLengths = [phraseWords, shortWords];

/** Rows that may have a phrase in common before it is a form that everybody fills in. */
const mostRows = 10;

/** Phrases that are kept at most. */
const mostPhrases = 1_000_000;

/** Factors of the words' places in both halves of a phrase's number. */
const [first, second] = [0x01000193, 0x9e3779b1];

/** Bits of the lower half of a phrase's number. */
const lowBits = 21;

/** Finds texts that share a phrase with one of those that were kept. */
export type Phrases = {
  /** Keeps the phrases of a text that is to be scored, which stands on that line, by the hashes of its words. */
  keep(words: Uint32Array, line: number): void;
  /** Looks at a text that is to be trained on, which has that number. */
  look(words: Uint32Array, number: number): void;
  /** For who looks at many texts at once: a bit of each phrase by the lower half of its number, and whether there are such of either length. */
  kept(): {
    readonly lowHalves: Uint32Array;
    readonly areLong: boolean;
    readonly areShort: boolean;
  };
  /** Takes a phrase whose bit is there, by both halves of its number, of the text that has that one. */
  meet(upper: number, low: number, number: number): void;
  /** The texts looked at that share a phrase which few of them have, with the line of the one kept. */
  found(): Map<number, number>;
};

/** What is known of a phrase that is kept, side by side: its line, which of those that were met it was, and how many texts met it, and the last of them. */
const [lineAt, metAt, countAt, lastAt, factsOfPhrase] = [0, 1, 2, 3, 4] as const;

export function createPhrases(): Phrases {
  /** Phrases by their numbers. */
  const places = createFirstPlaces();
  let facts = new Int32Array(1024 * factsOfPhrase);
  let kept = 0;
  let met = 0;
  /** Phrases that texts met and the numbers of these, in pairs. */
  let meetings = new Int32Array(2048);
  let meetingsEnd = 0;
  /** Of both kinds of phrases those that any text kept has. */
  let lengths: readonly number[] = [];
  /** A bit for the lower half of each phrase that is kept: most of those looked at have none, and need not be looked up. */
  const lowHalves = new Uint32Array(2 ** (lowBits - 5));
  /** Lower halves that more than one phrase has. */
  const sharedHalves = new Uint32Array(2 ** (lowBits - 5));
  const isFull = (): boolean => kept >= mostPhrases;
  const keepOne = (low: number, phrase: number, line: number): void => {
    if (isFull() || places.note(phrase, kept) !== undefined) return;
    const at = kept++ * factsOfPhrase;
    if (at === facts.length) facts = grown(facts);
    facts[at + lineAt] = line;
    const word = low >>> 5;
    const bit = 1 << low;
    const before = lowHalves[word] as number;
    lowHalves[word] = before | bit;
    sharedHalves[word] = (sharedHalves[word] as number) | (before & bit);
  };
  /** Of a phrase that is a form nothing more is to be known, and forms are what most texts have. */
  const forget = (low: number): void => {
    const word = low >>> 5;
    const bit = 1 << low;
    if (((sharedHalves[word] as number) & bit) === 0)
      lowHalves[word] = (lowHalves[word] as number) & ~bit;
  };
  const lookAt = (low: number, phrase: number, number: number): void => {
    const place = places.get(phrase);
    if (place === undefined) return;
    const at = place * factsOfPhrase;
    const count = facts[at + countAt] as number;
    if (count > mostRows || (count > 0 && facts[at + lastAt] === number)) return;
    if (count === 0) facts[at + metAt] = met++;
    facts[at + countAt] = count + 1;
    if (count === mostRows) forget(low);
    facts[at + lastAt] = number;
    if (meetingsEnd === meetings.length) meetings = grown(meetings);
    meetings[meetingsEnd++] = at;
    meetings[meetingsEnd++] = number;
  };
  const orderOf = (at: number): number => facts[at + metAt] as number;
  return {
    keep(words, line) {
      const length = words.length < leastLong ? shortWords : phraseWords;
      if (words.length < length || isFull()) return;
      lengths = bothLengths.filter((each) => each === length || lengths.includes(each));
      forEachPhrase(words, length, (low, high) => keepOne(low, numberOf(low, high, length), line));
    },
    look(words, number) {
      // Each word of each row comes by here, so that nothing is called for it.
      for (const length of lengths) {
        const leavingFirst = power(first, length);
        const leavingSecond = power(second, length);
        let high = 0;
        let low = 0;
        for (let at = 0; at < words.length; at++) {
          const word = words[at] as number;
          const left = at < length ? 0 : (words[at - length] as number);
          high = (Math.imul(high, first) + word - Math.imul(left, leavingFirst)) | 0;
          low = (Math.imul(low, second) + word - Math.imul(left, leavingSecond)) | 0;
          if (at < length - 1) continue;
          const lowHalf = mix(low) >>> (32 - lowBits);
          if (((lowHalves[lowHalf >>> 5] as number) & (1 << lowHalf)) !== 0)
            lookAt(lowHalf, numberOf(lowHalf, high, length), number);
        }
      }
    },
    kept: () => ({
      ...{ lowHalves, areLong: lengths.includes(phraseWords) },
      areShort: lengths.includes(shortWords),
    }),
    meet: (upper, low, number) => lookAt(low, phraseOf(upper, low), number),
    found() {
      // Of the phrases of a text that few have the one that was met first.
      const first = new Map<number, number>();
      for (let next = 0; next < meetingsEnd; next += 2) {
        const at = meetings[next] as number;
        const number = meetings[next + 1] as number;
        if ((facts[at + countAt] as number) > mostRows) continue;
        const before = first.get(number);
        if (before === undefined || orderOf(at) < orderOf(before)) first.set(number, at);
      }
      return new Map(Array.from(first, ([number, at]) => [number, facts[at + lineAt] as number]));
    },
  };
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

/** Each run of so many words by both halves of its hash, of which the lower one is mixed. */
function forEachPhrase(
  words: Uint32Array,
  length: number,
  take: (low: number, high: number) => void,
): void {
  const leavingFirst = power(first, length);
  const leavingSecond = power(second, length);
  let high = 0;
  let low = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    const left = at < length ? 0 : (words[at - length] as number);
    high = (Math.imul(high, first) + word - Math.imul(left, leavingFirst)) | 0;
    low = (Math.imul(low, second) + word - Math.imul(left, leavingSecond)) | 0;
    if (at >= length - 1) take(mix(low) >>> (32 - lowBits), high);
  }
}

/** A phrase as a number of 53 bits, with its length in it. */
function numberOf(low: number, high: number, length: number): number {
  return phraseOf(mix(high + length), low);
}

function phraseOf(upper: number, low: number): number {
  return upper * 2 ** lowBits + low;
}

function power(factor: number, exponent: number): number {
  let product = 1;
  for (let times = 0; times < exponent; times++) product = Math.imul(product, factor);
  return product;
}
