import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

/** Texts that are kept, as services/ingest/src/clean/held-out-texts.ts has them; see `struct kept_texts` of c/near-texts.h. */
type KeptTexts = {
  readonly slots: Uint32Array;
  readonly bits: Uint32Array;
  readonly heads: Int32Array;
  readonly entries: Int32Array;
  readonly shingles: Uint32Array;
  readonly ends: Int32Array;
  /** The look for which each was compared last, which is written. */
  readonly compared: Int32Array;
};

/** Shingles of rows: of row i those from `shingleEnds[i - 1]` to `shingleEnds[i]`, each once and in order. */
type Shingles = { readonly shingles: Uint32Array; readonly shingleEnds: Int32Array };

/** Of each row the text that it nearly says, or -1. The look of row i is `look + i`. Throws where a row has more than 4096 shingles. */
export type NearFinder = (kept: KeptTexts, rows: Shingles, look: number) => Int32Array;

/**
 * A finder in C of kept texts that rows nearly say; undefined where there is no library.
 * @example
 * const find = openNearTexts();
 */
export function openNearTexts(): NearFinder | undefined {
  const call = loadedLibrary(library)?.func('lathe_rows_near', 'int32_t', [
    ...['void *', 'uint32_t', 'void *', 'uint32_t', 'void *', 'void *', 'void *', 'void *'],
    ...['void *', 'void *', 'void *', 'int32_t', 'int32_t', 'void *'],
  ]);
  if (call === undefined) return undefined;
  return ({ slots, bits, heads, entries, ...kept }, { shingles, shingleEnds }, look) => {
    const found = new Int32Array(shingleEnds.length);
    const told = call(
      ...[slots, slots.length, bits, bits.length, heads, entries, kept.shingles, kept.ends],
      ...[kept.compared, shingles, shingleEnds, found.length, look, found],
    );
    if (told !== 0) throw new RangeError('a row has more shingles than a text may have');
    return found;
  };
}
