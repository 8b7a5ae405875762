/** Numbers of shingles. */
export type ShingleNumbers = {
  /** The number of a shingle, which is the next one where it has none yet, from 0. */
  note(shingle: number): number;
  /** The number of a shingle; -1 where it has none. */
  get(shingle: number): number;
  /** Has memory bring the places of shingles that are asked for next all at once, instead of one after another. */
  expect(shingles: Uint32Array): void;
  /** How many have one. */
  count(): number;
  /** Calls for each shingle and its number, in no order. */
  forEach(take: (shingle: number, number: number) => void): void;
};

const firstSlots = 4096;
const mostFull = 0.75;

/** A table of shingles in 11 to 22 bytes of each: a quarter is empty at least, and the shingle's own bits say where it stands. */
export function createShingleNumbers(): ShingleNumbers {
  /** A shingle, and beside it its number from 1, or 0 where nothing stands: one place of the cache has both. */
  let slots = new Uint32Array(2 * firstSlots);
  let count = 0;
  let seen = 0;
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
  };
  const grow = (): void => {
    const old = slots;
    slots = new Uint32Array(2 * old.length);
    for (let place = 1; place < old.length; place += 2) {
      const shingle = old[place - 1] as number;
      if (old[place] !== 0) put(placeOf(shingle), shingle, old[place] as number);
    }
  };
  return {
    expect(shingles) {
      const last = slots.length - 1;
      let sum = seen;
      for (let at = 0; at < shingles.length; at++)
        sum ^= slots[(((shingles[at] as number) << 1) & last) | 1] as number;
      // What nobody keeps would not be read.
      seen = sum;
    },
    count: () => count,
    note(shingle) {
      const place = placeOf(shingle);
      const known = slots[place] as number;
      if (known !== 0) return known - 1;
      put(place, shingle, ++count);
      if (count > mostFull * (slots.length / 2)) grow();
      return count - 1;
    },
    get: (shingle) => (slots[placeOf(shingle)] as number) - 1,
    forEach(take) {
      for (let place = 1; place < slots.length; place += 2) {
        const number = slots[place] as number;
        if (number !== 0) take(slots[place - 1] as number, number - 1);
      }
    },
  };
}
