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
};

const firstSlots = 4096;
/** How many times more bits than numbers there are: most shingles that have none find none of their bit, and need not be looked up. */
const spareBits = 8;

/** A table of shingles in 24 to 48 bytes of each: typed arrays, half empty at least, and the shingle's own bits say where it stands. */
export function createShingleNumbers(): ShingleNumbers {
  let keys = new Uint32Array(firstSlots);
  /** From 1; 0 where nothing stands. */
  let numbers = new Int32Array(firstSlots);
  let bits = new Uint32Array((spareBits * firstSlots) / 64);
  let count = 0;
  const slotOf = (shingle: number): number => {
    const last = keys.length - 1;
    let slot = shingle & last;
    while (numbers[slot] !== 0 && keys[slot] !== shingle) slot = (slot + 1) & last;
    return slot;
  };
  const put = (slot: number, shingle: number, number: number): void => {
    keys[slot] = shingle;
    numbers[slot] = number;
    const word = (shingle >>> 5) & (bits.length - 1);
    bits[word] = (bits[word] as number) | (1 << shingle);
  };
  const grow = (): void => {
    const [oldKeys, oldNumbers] = [keys, numbers];
    keys = new Uint32Array(2 * oldKeys.length);
    numbers = new Int32Array(keys.length);
    bits = new Uint32Array((spareBits * keys.length) / 64);
    for (let at = 0; at < oldKeys.length; at++) {
      const shingle = oldKeys[at] as number;
      if (oldNumbers[at] !== 0) put(slotOf(shingle), shingle, oldNumbers[at] as number);
    }
  };
  return {
    count: () => count,
    note(shingle) {
      const slot = slotOf(shingle);
      if (numbers[slot] !== 0) return (numbers[slot] as number) - 1;
      put(slot, shingle, ++count);
      if (2 * count > keys.length) grow();
      return count - 1;
    },
    get(shingle) {
      const word = bits[(shingle >>> 5) & (bits.length - 1)] as number;
      if ((word & (1 << shingle)) === 0) return -1;
      return (numbers[slotOf(shingle)] as number) - 1;
    },
    renumber(others) {
      for (let slot = 0; slot < numbers.length; slot++) {
        const number = numbers[slot] as number;
        if (number !== 0) numbers[slot] = (others[number - 1] as number) + 1;
      }
    },
  };
}
