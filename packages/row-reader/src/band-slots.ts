import { koffi } from '@lathe/native/koffi';
import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

/** Rows with a hash for each table: those of row i stand from `starts[i]` on. */
export type BandedRows = {
  readonly numbers: Uint32Array;
  readonly starts: Int32Array;
  /** The entry that is put of each row, from 1; 0 where it is only looked up, and -1 where it has no hashes. */
  readonly entries: Int32Array;
};

/** Tables of slots, each of a hash and an entry, in the order of hashes. */
type Tables = {
  /** Takes note of where a table is, which is another one once it has grown. */
  place(table: number, slots: Int32Array): void;
  /**
   * Looks rows up and puts their entries one after another. Gives the entry that each hash had before its row, or 0, as `[rows, tables]`, good until it
   * is called again. `used`: slots of each table with an entry, which grow; there must be room for all rows. Throws a RangeError where hashes are not
   * among the numbers, or a table is full.
   */
  take(rows: BandedRows, used: Int32Array): Int32Array;
  /** Puts what a table has into a larger one, which is empty. Throws a RangeError where that is not larger. */
  move(slots: Int32Array, larger: Int32Array): void;
};

/** So many tables that rows are looked up in. */
export type BandSlots = (tables: number) => Tables;

/** The numbers of `struct band_slots` of c/band-slots.h. */
const [slotsAt, countAt, usedAt, fields] = [0, 1, 2, 3];

/**
 * What looks rows up in tables in C; undefined where there is no library.
 * @example
 * const tables = openBandSlots()?.(1);
 * tables?.place(0, new Int32Array(2048));
 * const rows = { numbers: Uint32Array.of(7), starts: Int32Array.of(0), entries: Int32Array.of(1) };
 * tables?.take(rows, new Int32Array(1)); // [0]
 */
export function openBandSlots(): BandSlots | undefined {
  const native = loadedLibrary(library);
  if (native === undefined) return undefined;
  const call = native.func('lathe_bands_take', 'int32_t', [
    ...['void *', 'int32_t', 'void *', 'int32_t', 'void *', 'void *', 'int32_t', 'void *'],
  ]);
  const moved = native.func('lathe_bands_move', 'int32_t', [
    ...['void *', 'int64_t', 'void *', 'int64_t'],
  ]);
  return (tables) => {
    const structs = new BigInt64Array(fields * tables);
    let found = new Int32Array();
    return {
      place(table, slots) {
        structs[fields * table + slotsAt] = koffi().address(slots);
        structs[fields * table + countAt] = BigInt(slots.length / 2);
      },
      move(slots, larger) {
        if (moved(slots, slots.length / 2, larger, larger.length / 2) !== 0)
          throw new RangeError(`${larger.length} numbers are no larger table than ${slots.length}`);
      },
      take({ numbers, starts, entries }, used) {
        const rows = starts.length;
        if (entries.length !== rows || used.length !== tables)
          throw new RangeError(`${rows} rows have ${entries.length} entries`);
        if (found.length < tables * rows) found = new Int32Array(tables * rows);
        for (let table = 0; table < tables; table++)
          structs[fields * table + usedAt] = BigInt(used[table] as number);
        const given = [structs, tables, numbers, numbers.length, starts, entries, rows, found];
        if (call(...given) !== 0)
          throw new RangeError('hashes are not among the numbers, or a table is full');
        for (let table = 0; table < tables; table++)
          used[table] = Number(structs[fields * table + usedAt]);
        return found;
      },
    };
  };
}
