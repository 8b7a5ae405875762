import { splitBlanks } from '../words.ts';
import { type SparseRows, sparseRows } from './sparse-rows.ts';

export type TfidfOptions = {
  /** What is counted: runs of words, or runs of characters inside of words with the blanks around them. */
  readonly units: 'words' | 'characters';
  /** Shortest and longest run. */
  readonly runs: readonly [number, number];
  /** Texts that a run must be in; 1 by default. */
  readonly leastTexts?: number;
  /** The most frequent runs that are kept; all by default. */
  readonly most?: number;
  /** 1 + ln(count) in place of the count. */
  readonly sublinear?: boolean;
};

export type Tfidf = {
  readonly columns: number;
  /** Each text as a vector of length 1, or of nothing when it has no known run. */
  transform(texts: readonly string[]): SparseRows;
};

/**
 * Learns which runs texts have, and how rare each is: count · (ln((1 + texts)/(1 + texts with it)) + 1), scaled to length 1, as
 * sklearn's TfidfVectorizer (`char_wb` for characters).
 *
 * @example const rows = fitTfidf(['a red fox', 'a dog'], { units: 'words', runs: [1, 2] }).transform(['red dog']);
 */
export function fitTfidf(texts: readonly string[], options: TfidfOptions): Tfidf {
  const { leastTexts = 1, most = Number.POSITIVE_INFINITY, sublinear = false } = options;
  const seen = new Map<string, { texts: number; count: number }>();
  for (const text of texts)
    for (const [run, count] of runsOf(text, options)) {
      const known = seen.get(run) ?? { texts: 0, count: 0 };
      seen.set(run, known);
      known.texts++;
      known.count += count;
    }
  const kept = [...seen]
    .filter(([, { texts: number }]) => number >= leastTexts)
    .sort(([a, { count: left }], [b, { count: right }]) => right - left || (a < b ? -1 : 1))
    .slice(0, most);
  const vocabulary = new Map(
    kept.map(([run, { texts: number }], place) => [
      run,
      { place, rarity: Math.log((1 + texts.length) / (1 + number)) + 1 },
    ]),
  );
  const vectorOf = (text: string): Map<number, number> => {
    const vector = new Map<number, number>();
    let square = 0;
    for (const [run, count] of runsOf(text, options)) {
      const known = vocabulary.get(run);
      if (known === undefined) continue;
      const value = (sublinear ? 1 + Math.log(count) : count) * known.rarity;
      vector.set(known.place, value);
      square += value * value;
    }
    const length = Math.sqrt(square);
    for (const [place, value] of vector) vector.set(place, value / length);
    return vector;
  };
  const columns = vocabulary.size;
  return { columns, transform: (those) => sparseRows(those.map(vectorOf), columns) };
}

function runsOf(text: string, { units, runs: [shortest, longest] }: TfidfOptions) {
  const counts = new Map<string, number>();
  const add = (run: string): void => {
    counts.set(run, (counts.get(run) ?? 0) + 1);
  };
  const lower = text.toLowerCase();
  if (units === 'words') {
    const words = lower.match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
    for (let n = shortest; n <= longest; n++)
      for (let at = 0; at + n <= words.length; at++) add(words.slice(at, at + n).join(' '));
    return counts;
  }
  for (const word of splitBlanks(lower)) {
    const letters = [' ', ...word, ' '];
    for (let n = shortest; n <= longest; n++) {
      for (let at = 0; at + n <= letters.length; at++) add(letters.slice(at, at + n).join(''));
      // A word that is no longer than the run is one run, once.
      if (letters.length < n) add(letters.join(''));
      if (letters.length <= n) break;
    }
  }
  return counts;
}
