import { openRowFinder, type RowFinder } from '@lathe/row-reader/row-finder';
import { type OpenTable, openTables } from '@lathe/row-reader/table-reader';
import { characterNumbers } from './character-numbers.ts';

/** What looks at many rows at once, in C. */
export type RowFinders = RowFinder & { readonly openTable: OpenTable };

/** Finders for one thread, which keeps them; undefined where there is no library, or whatever else keeps C from looking. */
export function openRowFinders(): RowFinders | undefined {
  try {
    const [finder, openTable] = [openRowFinder(characterNumbers), openTables()];
    return finder === undefined || openTable === undefined ? undefined : { ...finder, openTable };
  } catch (error) {
    process.emitWarning(`rows are not looked at in C: ${String(error)}`);
    return undefined;
  }
}
