/**
 * One seed tree for everything random in a run (initial weights, shuffling, dropout).
 *
 * A node is a 64-bit key; a child's key is a hash of its parent's key and the child's label, and the
 * n-th number of a node is Philox2x32-10 (Salmon et al. 2011) of that key and n. Nothing is drawn "in
 * turn", so adding a consumer, or resuming in the middle, changes no other number.
 */
export type Seed = { readonly low: number; readonly high: number };

const multiplier = 0xd256d193;
const weyl = 0x9e3779b9;
const rounds = 10;

/** The root of a run's tree, from the user's seed (any safe integer). */
export function rootSeed(seed: number): Seed {
  return { low: seed >>> 0, high: Math.floor(seed / 2 ** 32) >>> 0 };
}

/**
 * The child of `parent` under each label in turn, such as `child(root, 'shuffle', epoch)`.
 * @example uniform(child(rootSeed(42), 'dropout', 3), 0);
 */
export function child(parent: Seed, ...labels: readonly (string | number)[]): Seed {
  let node = parent;
  for (const label of labels) {
    const text = `${typeof label === 'number' ? '#' : '$'}${label}`;
    for (let at = 0; at < text.length; at++) node = philox(node, text.charCodeAt(at), at + 1);
  }
  return node;
}

/** The `index`-th pair of 32-bit words of a node. */
export function words(seed: Seed, index: number): Seed {
  return philox(seed, index >>> 0, Math.floor(index / 2 ** 32) >>> 0);
}

/** The `index`-th number of a node, uniform in [0, 1), with 24 random bits (exact in float32). */
export function uniform(seed: Seed, index: number): number {
  return (words(seed, index).low >>> 8) / 2 ** 24;
}

/** Fills an array with independent draws from U(-bound, bound). */
export function fillUniform(values: Float32Array, seed: Seed, bound: number): Float32Array {
  for (let at = 0; at < values.length; at++) values[at] = (2 * uniform(seed, at) - 1) * bound;
  return values;
}

/** Fills an array with independent draws from N(0, deviation²), by Box and Muller's formula. */
export function fillNormal(values: Float32Array, seed: Seed, deviation: number): Float32Array {
  for (let at = 0; at < values.length; at += 2) {
    const pair = words(seed, at / 2);
    // (word + 1) / 2^32 lies in (0, 1], so the logarithm is finite.
    const radius = deviation * Math.sqrt(-2 * Math.log((pair.low + 1) / 2 ** 32));
    const angle = (2 * Math.PI * pair.high) / 2 ** 32;
    values[at] = radius * Math.cos(angle);
    if (at + 1 < values.length) values[at + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** A permutation of 0 … count-1 (Fisher and Yates). */
export function permutation(seed: Seed, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const pair = words(seed, last);
    // 53 random bits, so that the choice is unbiased for any count that fits in memory.
    const fraction = (pair.low * 2 ** 21 + (pair.high >>> 11)) / 2 ** 53;
    const other = Math.floor(fraction * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

function philox(key: Seed, counterLow: number, counterHigh: number): Seed {
  let low = counterLow >>> 0;
  let high = (counterHigh ^ key.high) >>> 0;
  let round = key.low;
  for (let turn = 0; turn < rounds; turn++) {
    const product = multiplyHigh(low, multiplier);
    const below = Math.imul(low, multiplier) >>> 0;
    low = (product ^ round ^ high) >>> 0;
    high = below;
    round = (round + weyl) >>> 0;
  }
  return { low, high };
}

/** The upper 32 bits of a 32 × 32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) >>> 0;
}
