import { openNearTexts } from '@lathe/row-reader/near-texts';
import { openRowWords } from '@lathe/row-reader/row-words';
import { type OpenTable, openTables } from '@lathe/row-reader/table-reader';
import { characterNumbers } from './character-numbers.ts';
import type { NearFinder } from './held-out-texts.ts';
import type { WordFinder } from './row-words.ts';

/** What looks at many rows at once, in C. */
export type RowFinders = {
  readonly words: WordFinder;
  readonly near: NearFinder;
  readonly openTable: OpenTable;
};

/** Finders for one thread, which keeps them; undefined where there is no library, or whatever else keeps C from looking. */
export function openRowFinders(): RowFinders | undefined {
  try {
    const [words, near] = [openRowWords(characterNumbers), openNearTexts()];
    const openTable = openTables();
    if (words === undefined || near === undefined || openTable === undefined) return undefined;
    return { words, near, openTable };
  } catch (error) {
    process.emitWarning(`rows are not looked at in C: ${String(error)}`);
    return undefined;
  }
}
