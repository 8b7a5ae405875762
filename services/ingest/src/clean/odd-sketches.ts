/** Numbers of 32 bits of a sketch, a power of two; of each set there is also how many hashes it has. */
const sketchNumbers = 4;
const numbersOfSet = sketchNumbers + 1;
const firstSets = 1024;

/**
 * Tells of most pairs of sets that they have too little in common, by 20 bytes of each set: a bit of a sketch says whether an odd count of
 * hashes falls on it, so that at most as many bits of two sketches differ as there are hashes that one set has alone. Source: Mitzenmacher, Pagh
 * and Pham, Efficient estimation for high similarities using odd sketches (2014).
 */
export type OddSketches = {
  /** Keeps the sketch of the next set of hashes, each once: the first is number 0. */
  add(hashes: Uint32Array): void;
  /** The sketch of a set that is not kept, good until the next is asked for. */
  of(hashes: Uint32Array): Uint32Array;
  /** The most that `jaccard` can be of the set of a sketch and the kept set of that number. */
  mostJaccard(sketch: Uint32Array, place: number): number;
  /** Gives its memory back at once: nothing is asked of it any more. */
  close(): void;
};

export function createOddSketches(): OddSketches {
  let sketches = new Uint32Array(numbersOfSet * firstSets);
  let used = 0;
  const asked = new Uint32Array(numbersOfSet);
  const of = (hashes: Uint32Array): Uint32Array => {
    asked.fill(0);
    for (let at = 0; at < hashes.length; at++) {
      const hash = (hashes[at] as number) | 0;
      // Low bits: of a long text only the least hashes are kept.
      const number = hash & (sketchNumbers - 1);
      asked[number] = (asked[number] as number) ^ (1 << (hash >>> 2));
    }
    asked[sketchNumbers] = hashes.length;
    return asked;
  };
  return {
    of,
    add(hashes) {
      if (used === sketches.length) {
        const larger = new Uint32Array(2 * used);
        larger.set(sketches);
        sketches.buffer.transfer(0);
        sketches = larger;
      }
      sketches.set(of(hashes), used);
      used += numbersOfSet;
    },
    mostJaccard(sketch, place) {
      const at = place * numbersOfSet;
      let differing = 0;
      for (let number = 0; number < sketchNumbers; number++)
        differing += bitsOf((sketch[number] as number) ^ (sketches[at + number] as number));
      const own = sketch[sketchNumbers] as number;
      const other = sketches[at + sketchNumbers] as number;
      const alone = Math.max(differing, Math.abs(own - other));
      const together = own + other;
      return together === 0 ? 1 : (together - alone) / (together + alone);
    },
    close() {
      sketches.buffer.transfer(0);
    },
  };
}

/** How many bits of a 32-bit number are set. */
function bitsOf(number: number): number {
  const pairs = number - ((number >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
