import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

/** The words of rows, by columns: those of row i end at `wordEnds[i]`, where those of the next begin; its shingles at `shingleEnds[i]`. */
type ChatWords = {
  /** The line of each row; -1 of a row of another form, which has no words here. */
  readonly lines: Float64Array;
  /** How many of a row's words are what is asked, which stand before those of the answer; -1 of a row of another form. */
  readonly asked: Int32Array;
  readonly words: Uint32Array;
  readonly wordEnds: Int32Array;
  readonly shingles: Uint32Array;
  readonly shingleEnds: Int32Array;
};

/** Finds the words of rows as they are stored; they are good until it is called again. Throws where there is no memory. */
export type ChatWordFinder = (rows: readonly Uint8Array[]) => ChatWords;

/**
 * A finder of the words of chats in C, for one thread, which keeps it; undefined where there is no library. Rows are canonical JSON in
 * UTF-8: chats of ASCII and usual signs with roles and contents alone, the last of which is no user's, of at most 512 KiB. Others are told
 * as of another form.
 * @example
 * const find = openChatWords();
 * const { asked } = find?.([Buffer.from('{"kind":"chat","line":1,"messages":[]}')]) ?? { asked: [] };
 */
export function openChatWords(): ChatWordFinder | undefined {
  const native = loadedLibrary(library);
  if (native === undefined) return undefined;
  const workspace = native.func('lathe_rows_workspace', 'void *', [])();
  if (workspace === null) throw new Error('there is no memory to find words of rows with');
  const call = native.func('lathe_rows_words', 'int32_t', [
    ...['void *', 'void *', 'int64_t', 'void *', 'void *', 'int32_t'],
    ...['void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'int32_t'],
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
    const told = call(
      ...[workspace, text, length, starts, ends, rows.length, lines, asked],
      ...[words, wordEnds, shingles, shingleEnds, words.length],
    );
    if (told !== 0)
      throw new Error(`there is no memory to find words of rows of ${length} bytes with`);
    return { lines, asked, words, wordEnds, shingles, shingleEnds };
  };
}
