/** Numbers that follow from a seed, so that a run of faults can be had again. */
export type Random = {
  /** From 0 to, but not including, 1. */
  next(): number;
  /** A whole number from 0 to, but not including, `end`. */
  below(end: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
};

/** A generator for a seed: SplitMix32, which is far from good enough for secrets. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('there is nothing to pick from');
      return value;
    },
  };
}
