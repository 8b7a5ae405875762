import { type Finder, requireEnds, type StoredRows } from './stored-rows.ts';

/** The words of rows, by columns: those of row i end at `wordEnds[i]`, where those of the next begin; its shingles at `shingleEnds[i]`. */
type RowWords = {
  /** The line of each row; -1 of a row of another form, which has no words here. */
  readonly lines: Float64Array;
  /** How many of a row's words are what is asked, which stand before those of the answer; -1 of a row of another form. */
  readonly asked: Int32Array;
  readonly words: Uint32Array;
  readonly wordEnds: Int32Array;
  readonly shingles: Uint32Array;
  readonly shingleEnds: Int32Array;
};

/** Finds the words of rows. Throws where there is no memory. */
export type RowWordFinder = (rows: StoredRows) => RowWords;

/** What `lathe_rows_words` stops at. */
const atCharacter = 1;

/** Finds words with that finder. */
export function createRowWords({ native, pointer, tellCharacter }: Finder): RowWordFinder {
  const call = native.func('lathe_rows_words', 'int32_t', [
    ...['void *', 'void *', 'int64_t', 'void *', 'void *', 'int32_t'],
    ...['void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'int32_t', 'void *'],
  ]);
  let [words, shingles] = [new Uint32Array(), new Uint32Array()];
  return (rows) => {
    requireEnds(rows);
    const { bytes, starts, ends } = rows;
    const count = starts.length;
    let room = 0;
    for (let row = 0; row < count; row++) room += (ends[row] as number) - (starts[row] as number);
    if (words.length < room) [words, shingles] = [new Uint32Array(room), new Uint32Array(room)];
    const column = () => new Int32Array(count);
    const [asked, wordEnds, shingleEnds] = [column(), column(), column()];
    const lines = new Float64Array(count);
    const next = new Int32Array(1);
    const read = () =>
      call(
        ...[pointer, bytes, bytes.length, starts, ends, count, lines, asked],
        ...[words, wordEnds, shingles, shingleEnds, words.length, next],
      );
    let told = read();
    for (; told === atCharacter; told = read()) tellCharacter();
    if (told !== 0)
      throw new Error(`there is no memory to find words of rows of ${room} bytes with`);
    return { lines, asked, words, wordEnds, shingles, shingleEnds };
  };
}
