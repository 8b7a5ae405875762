import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

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

/** What `lathe_rows_words` stops at. */
const atCharacter = 1;

/** Finds the words of rows as they are stored; they are good until it is called again. Throws where there is no memory. */
export type RowWordFinder = (rows: readonly Uint8Array[]) => RowWords;

/**
 * A finder of the words of rows in C, for one thread, which keeps it; undefined where there is no library. Rows are canonical JSON in
 * UTF-8: chats with roles and contents alone, the last of which is no user's, and completions, of ASCII and known characters and at most
 * 512 KiB. Others are told as of another form. `factsOf`: what texts with a character beyond ASCII say, as `character_take` of c/known-characters.h takes it; no numbers:
 * rows with it are of another form.
 * @example
 * const find = openRowWords(() => new Int32Array());
 * const { asked } = find?.([Buffer.from('{"kind":"chat","line":1,"messages":[]}')]) ?? { asked: [] };
 */
export function openRowWords(factsOf: (code: number) => Int32Array): RowWordFinder | undefined {
  const native = loadedLibrary(library);
  if (native === undefined) return undefined;
  const finder = native.func('lathe_rows_open', 'void *', [])();
  if (finder === null) throw new Error('there is no memory to find words of rows with');
  const call = native.func('lathe_rows_words', 'int32_t', [
    ...['void *', 'void *', 'int64_t', 'void *', 'void *', 'int32_t'],
    ...['void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'int32_t', 'void *'],
  ]);
  const character = native.func('lathe_rows_character', 'int32_t', ['void *']);
  const take = native.func('lathe_rows_take_character', 'void', [
    ...['void *', 'int32_t', 'const int32_t *', 'int32_t'],
  ]);
  let text = new Uint8Array();
  let [words, shingles] = [new Uint32Array(), new Uint32Array()];
  return (rows) => {
    const length = rows.reduce((sum, row) => sum + row.length, 0);
    if (text.length < length) {
      text = new Uint8Array(length);
      words = new Uint32Array(length);
      shingles = new Uint32Array(length);
    }
    const column = () => new Int32Array(rows.length);
    const [starts, ends, asked, wordEnds, shingleEnds] = [
      column(),
      column(),
      column(),
      column(),
      column(),
    ];
    const lines = new Float64Array(rows.length);
    let at = 0;
    for (const [row, bytes] of rows.entries()) {
      text.set(bytes, at);
      starts[row] = at;
      at += bytes.length;
      ends[row] = at;
    }
    const next = new Int32Array(1);
    const read = () =>
      call(
        ...[finder, text, length, starts, ends, rows.length, lines, asked],
        ...[words, wordEnds, shingles, shingleEnds, words.length, next],
      );
    let stopped = read();
    for (; stopped === atCharacter; stopped = read()) {
      const code = Number(character(finder));
      const told = factsOf(code);
      take(finder, code, told, told.length);
    }
    if (stopped !== 0)
      throw new Error(`there is no memory to find words of rows of ${length} bytes with`);
    return { lines, asked, words, wordEnds, shingles, shingleEnds };
  };
}
