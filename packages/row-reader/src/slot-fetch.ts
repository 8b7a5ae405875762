import { koffi } from '@lathe/native/koffi';
import { loadedLibrary } from '@lathe/native/loaded-library';
import { library } from '../library.mjs';

/** Tables of slots, each of two numbers, in the order of hashes. */
type Tables = {
  /** Takes note of where a table is, which is another one once it has grown. */
  place(table: number, slots: Uint32Array): void;
  /** Asks for the memory in which hashes of rows are looked up soon: those of row i stand from `starts[i]` on, one for each table. */
  fetch(numbers: Uint32Array, starts: Int32Array): void;
};

/** So many tables, of which memory is asked for. */
export type SlotFetch = (tables: number) => Tables;

/**
 * What asks for the memory of tables ahead, in C; undefined where there is no library.
 * @example
 * const tables = openSlotFetch()?.(1);
 * tables?.place(0, new Uint32Array(2048));
 * tables?.fetch(Uint32Array.of(7), Int32Array.of(0));
 */
export function openSlotFetch(): SlotFetch | undefined {
  const call = loadedLibrary(library)?.func('lathe_slots_fetch', 'void', [
    ...['void *', 'void *', 'int32_t', 'void *', 'int32_t', 'void *', 'int32_t'],
  ]);
  if (call === undefined) return undefined;
  return (tables) => {
    const addresses = new BigUint64Array(tables);
    const slots = new Uint32Array(tables);
    return {
      place(table, { buffer, byteLength }) {
        addresses[table] = koffi().address(new Uint32Array(buffer));
        slots[table] = byteLength / (2 * Uint32Array.BYTES_PER_ELEMENT);
      },
      fetch(numbers, starts) {
        call(addresses, slots, tables, numbers, numbers.length, starts, starts.length);
      },
    };
  };
}
