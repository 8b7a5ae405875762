import { loadedLibrary } from '@lathe/native/loaded-library';
import type { AsciiWords } from '@lathe/tokenizer/plain-encoder';
import { library } from '../library.mjs';
import { wordsNumbers } from './words-numbers.ts';

/** A tokenizer's words in C. */
export type NativeWords = {
  /** What other calls of the library take as `words *`, until it is closed. */
  readonly address: unknown;
  /** Writes the tokens of an ASCII text without special tokens to `out`, and returns how many; -1 where the tokenizer must encode it. */
  append(text: Uint8Array, out: Int32Array): number;
  close(): void;
};

/**
 * Opens a tokenizer's words in C; undefined where there is no library. Throws where they are not what C takes, or
 * there is no memory.
 */
export function openWords(words: AsciiWords): NativeWords | undefined {
  const loaded = loadedLibrary(library);
  if (loaded === undefined) return undefined;
  const bytes = 'const uint8_t *';
  const open = loaded.func('words_open', 'void *', [
    'const int32_t *',
    'int64_t',
    bytes,
    'int64_t',
  ]);
  const append = loaded.func('words_append', 'int64_t', [
    ...['void *', bytes, bytes, 'int32_t'],
    ...['int32_t *', 'int64_t'],
  ]);
  const close = loaded.func('words_close', 'void', ['void *']);
  const { numbers, whole } = wordsNumbers(words);
  const address = open(numbers, numbers.length, whole, whole.length);
  if (address === null) throw new Error('the words of a tokenizer could not be opened in C');
  return {
    address,
    append: (text, out) => Number(append(address, text, text, text.length, out, out.length)),
    close: () => {
      close(address);
    },
  };
}
