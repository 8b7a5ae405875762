/** Numbers of shingles. */
export type ShingleNumbers = {
  /** The number of a shingle, which is the next one where it has none yet, from 0. */
  note(shingle: number): number;
  /** The number of a shingle; -1 where it has none. */
  get(shingle: number): number;
  /** How many have one. */
  count(): number;
  /** Gives each another number: `numbers` has it in the place of the old one. */
  renumber(numbers: Int32Array): void;
  /** The tables for who looks up by himself: shingles, and beside each its number from 1, and a bit for each. Good until one is noted. */
  tables(): { readonly slots: Uint32Array; readonly bits: Uint32Array };
};

const firstSlots = 4096;
const mostFull = 0.75;
/** Bits for each slot: most shingles that have no number find none of their bit, and need not be looked up. */
const bitsOfSlot = 4;

/** A table of shingles in 11 to 23 bytes of each: a quarter is empty at least, and the shingle's own bits say where it stands. */
export function createShingleNumbers(): ShingleNumbers {
  /** A shingle, and beside it its number from 1, or 0 where nothing stands: one place of the cache has both. */
  let slots = new Uint32Array(2 * firstSlots);
  let bits = new Uint32Array((bitsOfSlot * firstSlots) / 32);
  let count = 0;
  /** Where the number of a shingle stands, or would. */
  const placeOf = (shingle: number): number => {
    const last = slots.length - 1;
    let place = ((shingle << 1) & last) | 1;
    while (slots[place] !== 0 && slots[place - 1] !== shingle) place = (place + 2) & last;
    return place;
  };
  const put = (place: number, shingle: number, number: number): void => {
    slots[place - 1] = shingle;
    slots[place] = number;
    const word = (shingle >>> 5) & (bits.length - 1);
    bits[word] = (bits[word] as number) | (1 << shingle);
  };
  const grow = (): void => {
    const old = slots;
    slots = new Uint32Array(2 * old.length);
    bits = new Uint32Array(2 * bits.length);
    for (let place = 1; place < old.length; place += 2) {
      const shingle = old[place - 1] as number;
      if (old[place] !== 0) put(placeOf(shingle), shingle, old[place] as number);
    }
  };
  return {
    count: () => count,
    note(shingle) {
      const place = placeOf(shingle);
      const known = slots[place] as number;
      if (known !== 0) return known - 1;
      put(place, shingle, ++count);
      if (count > mostFull * (slots.length / 2)) grow();
      return count - 1;
    },
    get(shingle) {
      const word = bits[(shingle >>> 5) & (bits.length - 1)] as number;
      return (word & (1 << shingle)) === 0 ? -1 : (slots[placeOf(shingle)] as number) - 1;
    },
    renumber(others) {
      for (let place = 1; place < slots.length; place += 2) {
        const number = slots[place] as number;
        if (number !== 0) slots[place] = (others[number - 1] as number) + 1;
      }
    },
    tables: () => ({ slots, bits }),
  };
}
