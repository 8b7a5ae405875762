const firstSlots = 1024;

/** Which row each number came with first: a table of typed arrays, since a Map of a row's hashes takes five times the memory. */
export type FirstPlaces = {
  /** The row that was noted of a number; undefined where none was. */
  get(key: number): number | undefined;
  /** Notes the row of a number that has none yet; another one stays as it is. */
  note(key: number, row: number): void;
};

/** A table for numbers from 0 to 2 ** 53 and rows below 2 ** 31. */
export function createFirstPlaces(): FirstPlaces {
  let keys = new Float64Array(firstSlots).fill(-1);
  let rows = new Int32Array(firstSlots);
  let count = 0;
  /** Where a number stands, or would. */
  const slotOf = (key: number): number => {
    const mask = keys.length - 1;
    const hash = Math.imul((key | 0) ^ (key / 2 ** 32), 0x9e3779b1);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (keys[slot] !== key && keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  };
  const grow = (): void => {
    const [oldKeys, oldRows] = [keys, rows];
    keys = new Float64Array(2 * oldKeys.length).fill(-1);
    rows = new Int32Array(keys.length);
    for (let at = 0; at < oldKeys.length; at++) {
      const key = oldKeys[at] as number;
      if (key === -1) continue;
      const slot = slotOf(key);
      keys[slot] = key;
      rows[slot] = oldRows[at] as number;
    }
  };
  return {
    get(key) {
      const slot = slotOf(key);
      return keys[slot] === -1 ? undefined : rows[slot];
    },
    note(key, row) {
      const slot = slotOf(key);
      if (keys[slot] !== -1) return;
      keys[slot] = key;
      rows[slot] = row;
      if (++count > 0.7 * keys.length) grow();
    },
  };
}
