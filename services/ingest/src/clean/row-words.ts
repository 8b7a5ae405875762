import { parseRow } from '../row-json.ts';
import { rowWords } from './look.ts';
import { shinglesOfWords } from './shingles.ts';

/** The words of rows, by columns: those of row i end at `wordEnds[i]`, where those of the next begin; its shingles at `shingleEnds[i]`. */
type WordColumns = {
  /** The line of each row. */
  readonly lines: ArrayLike<number>;
  /** How many of a row's words are what is asked, which stand before those of the answer; -1 of a row that is to be read otherwise. */
  readonly asked: ArrayLike<number>;
  readonly words: Uint32Array;
  readonly wordEnds: Int32Array;
  readonly shingles: Uint32Array;
  readonly shingleEnds: Int32Array;
};

/** Rows in UTF-8: row i is the canonical JSON of `bytes.subarray(starts[i], ends[i])`. */
export type StoredRows = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
};

/** Finds the words of rows all at once, as far as it knows their form; they are good until it is called again. */
export type WordFinder = (rows: StoredRows) => WordColumns;

/** What a row is compared by: the hashes of the words that it asks, and the shingles of all that it says. */
export type RowWords = {
  readonly line: number;
  readonly asked: Uint32Array;
  readonly shingles: Uint32Array;
};

/** The words of each row: found together where there is a finder, by which they are good until the next are asked for. */
export function wordsOfRows(rows: StoredRows, finder: WordFinder | undefined): RowWords[] {
  const columns = finder?.(rows);
  return Array.from(rows.starts, (_, at) => {
    if (columns === undefined || (columns.asked[at] as number) < 0) return wordsOfRow(rows, at);
    return {
      line: columns.lines[at] as number,
      asked: askedAt(columns, at),
      shingles: shinglesAt(columns, at),
    };
  });
}

function askedAt({ asked, words, wordEnds }: WordColumns, at: number): Uint32Array {
  const from = wordEnds[at - 1] ?? 0;
  return words.subarray(from, from + (asked[at] as number));
}

function shinglesAt(
  { shingles, shingleEnds }: Pick<WordColumns, 'shingles' | 'shingleEnds'>,
  at: number,
): Uint32Array {
  return shingles.subarray(shingleEnds[at - 1] ?? 0, shingleEnds[at]);
}

/** The words of one of them. */
export function wordsOfRow({ bytes, starts, ends }: StoredRows, at: number): RowWords {
  const row = parseRow(bytes.subarray(starts[at], ends[at]));
  const { asked, all } = rowWords(row);
  return { line: row.line, asked, shingles: shinglesOfWords(all) };
}
