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
  readonly wordEnds: ArrayLike<number>;
  readonly shingles: Uint32Array;
  readonly shingleEnds: ArrayLike<number>;
};

/** Finds the words of rows in UTF-8 all at once, as far as it knows their form; they are good until it is called again. */
export type WordFinder = (rows: readonly Uint8Array[]) => WordColumns;

/** What a row is compared by: the hashes of the words that it asks, and the shingles of all that it says. */
export type RowWords = {
  readonly line: number;
  readonly asked: Uint32Array;
  readonly shingles: Uint32Array;
};

/** The words of rows, whose canonical JSON is UTF-8: found together where there is a finder. They are good until the next are asked for. */
export function wordsOfRows(
  rows: readonly Uint8Array[],
  finder: WordFinder | undefined,
): RowWords[] {
  if (finder === undefined) return rows.map(wordsOfRow);
  const { lines, asked, words, wordEnds, shingles, shingleEnds } = finder(rows);
  let [wordsFrom, shinglesFrom] = [0, 0];
  return rows.map((row, at) => {
    const [from, shinglesStart] = [wordsFrom, shinglesFrom];
    wordsFrom = wordEnds[at] as number;
    shinglesFrom = shingleEnds[at] as number;
    const count = asked[at] as number;
    if (count < 0) return wordsOfRow(row);
    return {
      line: lines[at] as number,
      asked: words.subarray(from, from + count),
      shingles: shingles.subarray(shinglesStart, shinglesFrom),
    };
  });
}

function wordsOfRow(json: Uint8Array): RowWords {
  const row = parseRow(json);
  const { asked, all } = rowWords(row);
  return { line: row.line, asked, shingles: shinglesOfWords(all) };
}
