import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';
import { createRowLook, type RowLook } from './row-look.ts';
import { createRowWords, type RowWordFinder } from './row-words.ts';

/** What is found in rows as they are stored. What they give is good until one of the two is called again. */
export type RowFinder = { readonly words: RowWordFinder; readonly look: RowLook };

/**
 * A finder of what stored rows say, for one thread, which keeps it; undefined where there is no library. Rows are chats with roles and
 * contents alone, the last of which is no user's, and completions, of ASCII and known characters and at most 512 KiB. Others are told as of
 * another form. `factsOf`: what texts with a character beyond ASCII say, as `character_take` of c/known-characters.h takes it; no
 * numbers: rows with it are of another form.
 * @example
 * const finder = openRowFinder(() => new Int32Array());
 * const bytes = Buffer.from('{"kind":"completion","line":1,"prompt":"","completion":""}');
 * finder?.words({ bytes, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) }).asked;
 */
export function openRowFinder(factsOf: (code: number) => Int32Array): RowFinder | undefined {
  const native = loadedLibrary(library);
  if (native === undefined) return undefined;
  const pointer = native.func('lathe_rows_open', 'void *', [])();
  if (pointer === null) throw new Error('there is no memory to find words of rows with');
  const character = native.func('lathe_rows_character', 'int32_t', ['void *']);
  const take = native.func('lathe_rows_take_character', 'void', [
    ...['void *', 'int32_t', 'const int32_t *', 'int32_t'],
  ]);
  const tellCharacter = (): void => {
    const code = Number(character(pointer));
    const told = factsOf(code);
    take(pointer, code, told, told.length);
  };
  const finder = { native, pointer, tellCharacter };
  return { words: createRowWords(finder), look: createRowLook(finder) };
}
