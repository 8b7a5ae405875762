import { type BandSlots, openBandSlots } from '@lathe/row-reader/band-slots';
import { openRowFinder, type RowFinder } from '@lathe/row-reader/row-finder';
import { type OpenTable, openTables } from '@lathe/row-reader/table-reader';
import { characterNumbers } from './character-numbers.ts';

/** What looks at many rows at once, in C. */
export type RowFinders = RowFinder & {
  readonly openTable: OpenTable;
  readonly bandSlots: BandSlots;
};

/** Finders for one thread, which keeps them; undefined where there is no library, or whatever else keeps C from looking. */
export function openRowFinders(): RowFinders | undefined {
  try {
    const finder = openRowFinder(characterNumbers);
    const [openTable, bandSlots] = [openTables(), openBandSlots()];
    if (finder === undefined || openTable === undefined || bandSlots === undefined)
      return undefined;
    return { ...finder, openTable, bandSlots };
  } catch (error) {
    process.emitWarning(`rows are not looked at in C: ${String(error)}`);
    return undefined;
  }
}
