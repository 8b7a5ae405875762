import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { DecodeKind } from './decode-graph.ts';
import type { Adapters, Feeds } from './weights.ts';

/** Added to the score of a place in the cache that holds nothing: its weight becomes exactly 0. */
const masked = -1e9;
/** Capacity grows in steps of this many tokens, then by doubling. */
const smallest = 64;

/** New tokens for `rows` slots from `first` on: many for one slot by `prefill`, one for each by `step`. */
export type DecodeCall = {
  readonly kind: Exclude<DecodeKind, 'start' | 'virtual'>;
  readonly adapters: Adapters;
  /** The adapters' halves of all layers; one object as long as they stay the same. */
  readonly layers: Feeds;
  readonly first: number;
  readonly rows: number;
  /** New tokens of each row. */
  readonly tokens: number;
};

/** Keys and values of several sequences, one slot each; slots 0 to count − 1 are in use. */
export interface DecodeCache {
  readonly count: number;
  /** Tokens that a slot holds. */
  length(slot: number): number;
  /** Opens an empty slot behind the others and returns its number. */
  open(): number;
  /**
   * Overwrites what a slot holds. NaN behind a sequence's end would reach the next one in its slot: the weight there
   * is 0, but 0 · NaN is NaN.
   */
  clear(slot: number): void;
  /** Frees a slot; the last slot moves into its place. Returns the number that moved, if any. */
  close(slot: number): number | undefined;
  /**
   * Goes on in a slot as if `tokens` tokens had been read that left these keys and values, the first places of
   * `key.<layer>` and `value.<layer>` [1, keyValueHeads, places, headSize]. Throws RangeError past the context's end,
   * and for a slot that is not empty, or places that are left over, where the cache is not the host's.
   */
  fill(slot: number, tokens: number, content: Feeds): Promise<void>;
  /**
   * A copy of what tokens left in a slot from a place on, for `fill`. Absent where the cache is not the host's: what is
   * kept there would have to come and go.
   */
  read?(slot: number, places: { readonly from: number; readonly tokens: number }): Feeds;
  /**
   * Runs a decoding graph over what the slots hold, keeps the new keys and values there, and returns the
   * logits, [rows · vocabulary]. Throws RangeError past the context's end.
   */
  extend(call: DecodeCall, feeds: Feeds): Promise<Float32Array>;
  /** Frees what lies on the device; the cache may not be used any more. */
  dispose(): void;
}

/** Places to hold `needed` tokens: 64, then doubling, up to the context. Throws RangeError past its end. */
export function capacityFor(needed: number, maxContext: number): number {
  if (needed > maxContext)
    throw new RangeError(`${needed} tokens do not fit a context of ${maxContext}`);
  let capacity = smallest;
  while (capacity < needed) capacity *= 2;
  return Math.min(capacity, maxContext);
}

/** `past_mask` [rows, 1, 1, capacity] for rows that hold so many tokens each: 0 for those, −1e9 behind them. */
export function pastMask(lengths: readonly number[], capacity: number): Tensor {
  const data = new Float32Array(lengths.length * capacity);
  for (const [row, length] of lengths.entries())
    data.fill(masked, row * capacity + length, (row + 1) * capacity);
  return { data, shape: [lengths.length, 1, 1, capacity], dtype: 'float32' };
}

/** `past_positions` [capacity]: 0, 1, 2, … */
export function pastPositions(capacity: number): Tensor {
  const data = Int32Array.from({ length: capacity }, (_, place) => place);
  return { data, shape: [capacity], dtype: 'int32' };
}

/** The names under which keys and values of all layers come out of a decoding graph. */
export function cacheNames({ layers }: DecoderConfig): string[] {
  return Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

/** What the keys and values of one token take in memory, all layers together. */
export function bytesOfToken({ layers, keyValueHeads, headSize }: DecoderConfig): number {
  return 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
}
