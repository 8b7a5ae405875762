import { parseRow } from '../row-json.ts';
import { rowWords } from './look.ts';
import { shinglesOfWords } from './shingles.ts';

/** The words of rows, by columns: those of row i end at `wordEnds[i]`, where those of the next begin; its shingles at `shingleEnds[i]`. */
export type WordColumns = {
  /** The line of each row. */
  readonly lines: ArrayLike<number>;
  /** How many of a row's words are what is asked, which stand before those of the answer; -1 of a row that is to be read otherwise. */
  readonly asked: ArrayLike<number>;
  readonly words: Uint32Array;
  readonly wordEnds: Int32Array;
  readonly shingles: Uint32Array;
  readonly shingleEnds: Int32Array;
};

/** Finds the words of rows in UTF-8 all at once, as far as it knows their form; they are good until it is called again. */
export type WordFinder = (rows: readonly Uint8Array[]) => WordColumns;

/** What a row is compared by: the hashes of the words that it asks, and the shingles of all that it says. */
export type RowWords = {
  readonly line: number;
  readonly asked: Uint32Array;
  readonly shingles: Uint32Array;
};

/** The words of rows: those that the finder knows by columns, and the others by their places. */
type FoundWords = {
  readonly columns: WordColumns | undefined;
  readonly others: ReadonlyMap<number, RowWords>;
};

/** The words of rows, whose canonical JSON is UTF-8: found together where there is a finder. They are good until the next are asked for. */
export function findWordsOf(
  rows: readonly Uint8Array[],
  finder: WordFinder | undefined,
): FoundWords {
  const columns = finder?.(rows);
  const others = new Map<number, RowWords>();
  for (let at = 0; at < rows.length; at++)
    if (columns === undefined || (columns.asked[at] as number) < 0)
      others.set(at, wordsOfRow(rows[at] as Uint8Array));
  return { columns, others };
}

/** The hashes of the words that a row asks, which the finder knows. */
export function askedAt({ asked, words, wordEnds }: WordColumns, at: number): Uint32Array {
  const from = wordEnds[at - 1] ?? 0;
  return words.subarray(from, from + (asked[at] as number));
}

/** Its shingles. */
export function shinglesAt(
  { shingles, shingleEnds }: Pick<WordColumns, 'shingles' | 'shingleEnds'>,
  at: number,
): Uint32Array {
  return shingles.subarray(shingleEnds[at - 1] ?? 0, shingleEnds[at]);
}

/** The words of each row, as long as those of many are good. */
export function wordsOfRows(
  rows: readonly Uint8Array[],
  finder: WordFinder | undefined,
): RowWords[] {
  const { columns, others } = findWordsOf(rows, finder);
  return rows.map((row, at) => {
    const other = others.get(at);
    if (other !== undefined || columns === undefined) return other ?? wordsOfRow(row);
    return {
      line: columns.lines[at] as number,
      asked: askedAt(columns, at),
      shingles: shinglesAt(columns, at),
    };
  });
}

function wordsOfRow(json: Uint8Array): RowWords {
  const row = parseRow(json);
  const { asked, all } = rowWords(row);
  return { line: row.line, asked, shingles: shinglesOfWords(all) };
}
