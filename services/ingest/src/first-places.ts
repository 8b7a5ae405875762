/** Parts of the table, each of which grows by itself: growing never takes the memory of the whole table once more. */
const partCount = 64;
const firstSlots = 16;
/** How full a part may be, and how much larger it grows. */
const mostFull = 0.75;
const growth = 1.25;

/** Which row each number came with first: tables of typed arrays, since a Map of a row's hashes takes five times the memory. */
export type FirstPlaces = {
  /** The row that was noted of a number; undefined where none was. */
  get(key: number): number | undefined;
  /** Notes the row of a number that has none yet; another one stays as it is, and its row is returned. */
  note(key: number, row: number): number | undefined;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

/** A table for numbers from 0 to 2 ** 53 and rows below 2 ** 31, in 16 to 20 bytes of each. */
export function createFirstPlaces(): FirstPlaces {
  const parts = Array.from({ length: partCount }, createPart);
  const partOf = (key: number): FirstPlaces => parts[key & (partCount - 1)] as FirstPlaces;
  return {
    get: (key) => partOf(key).get(key),
    note: (key, row) => partOf(key).note(key, row),
    close() {
      for (const part of parts) part.close();
    },
  };
}

function createPart(): FirstPlaces {
  let keys = new Float64Array(firstSlots).fill(-1);
  let rows = new Int32Array(firstSlots);
  let count = 0;
  /** Where a number stands, or would. */
  const slotOf = (key: number): number => {
    const last = keys.length - 1;
    const hash = Math.imul(((key | 0) >>> 6) ^ (key / 2 ** 32), 0x9e3779b1);
    let slot = Math.floor(((hash ^ (hash >>> 15)) >>> 0) * 2 ** -32 * keys.length);
    while (keys[slot] !== key && keys[slot] !== -1) slot = slot === last ? 0 : slot + 1;
    return slot;
  };
  const grow = (): void => {
    const [oldKeys, oldRows] = [keys, rows];
    const slots = Math.ceil(growth * oldKeys.length);
    keys = new Float64Array(slots).fill(-1);
    rows = new Int32Array(slots);
    for (let at = 0; at < oldKeys.length; at++) {
      const key = oldKeys[at] as number;
      if (key === -1) continue;
      const slot = slotOf(key);
      keys[slot] = key;
      rows[slot] = oldRows[at] as number;
    }
    // Left to the garbage collector they would be held for long.
    oldKeys.buffer.transfer(0);
    oldRows.buffer.transfer(0);
  };
  return {
    get(key) {
      const slot = slotOf(key);
      return keys[slot] === -1 ? undefined : rows[slot];
    },
    note(key, row) {
      const slot = slotOf(key);
      if (keys[slot] !== -1) return rows[slot];
      keys[slot] = key;
      rows[slot] = row;
      if (++count > mostFull * keys.length) grow();
      return undefined;
    },
    close() {
      keys.buffer.transfer(0);
      rows.buffer.transfer(0);
    },
  };
}
