/** A source of random choices that gives the same choices for the same seed. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** One of `choices`, all equally likely. */
  pick<T>(choices: readonly T[]): T;
  /** One of `choices`, each as likely as its share; shares add up to 1. */
  weighted<T>(choices: readonly (readonly [share: number, choice: T])[]): T;
  /** True with probability `probability`. */
  chance(probability: number): boolean;
  /** `choices` in a new order. */
  shuffled<T>(choices: readonly T[]): T[];
}

/** The sfc32 generator (Chris Doty-Humphrey, PractRand), warmed up from one 32-bit seed. */
export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(choices: readonly T[]): T => {
    if (choices.length === 0) throw new Error('cannot pick from an empty list');
    return choices[integer(0, choices.length - 1)] as T;
  };
  return {
    next,
    integer,
    pick,
    weighted: <T>(choices: readonly (readonly [share: number, choice: T])[]): T => {
      let at = next();
      for (const [share, choice] of choices) {
        at -= share;
        if (at < 0) return choice;
      }
      return pick(choices)[1];
    },
    chance: (probability) => next() < probability,
    shuffled: <T>(choices: readonly T[]): T[] => {
      const result = [...choices];
      for (let at = result.length - 1; at > 0; at -= 1) {
        const other = integer(0, at);
        [result[at], result[other]] = [result[other] as T, result[at] as T];
      }
      return result;
    },
  };
}
