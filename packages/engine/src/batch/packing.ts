import type { WindowShape } from '../nn/window.ts';
import type { Objective, Placed } from '../objectives/objective.ts';
import { apart, type SortedSequences, sortByTokens } from './shared-prompts.ts';

/**
 * Puts lengths into as few windows of `capacity` as best-fit decreasing finds: longest first, each
 * into the open window with the least sufficient room. Returns each window's indices into `lengths`.
 * Deterministic: equal lengths keep their order. Throws RangeError when a length exceeds the capacity.
 */
export function packLengths(lengths: readonly number[], capacity: number): number[][] {
  const order = lengths.map((_, index) => index);
  order.sort((a, b) => length(lengths, b) - length(lengths, a) || a - b);
  const windows: number[][] = [];
  // Open windows by the room they have left; the list of a room is a stack.
  const open: number[][] = Array.from({ length: capacity + 1 }, () => []);
  for (const index of order) {
    const size = length(lengths, index);
    if (size > capacity)
      throw new RangeError(`a length of ${size} does not fit a window of ${capacity}`);
    let room = size;
    while (room < capacity && (open[room] as number[]).length === 0) room++;
    let window = (open[room] as number[]).pop();
    if (window === undefined) window = windows.push([]) - 1;
    (windows[window] as number[]).push(index);
    (open[room - size] as number[]).push(window);
  }
  return windows;
}

/** Each length in a window of its own. */
export function oneEach(lengths: readonly number[]): number[][] {
  return lengths.map((_, index) => [index]);
}

/** The token arrays of one micro-batch, and where its examples lie in them. */
export type MicroBatch<Example> = {
  /** Token ids `[rows · tokens]`; padding is token 0. */
  readonly tokens: Int32Array;
  /** Positions `[rows · tokens]`, each token's place in its sequence; 0 in padding. */
  readonly positions: Int32Array;
  /** Up to which place of its row a token is seen by those after it, `[rows · tokens]`; padding sees padding. */
  readonly ends: Int32Array;
  readonly placed: readonly Placed<Example>[];
};

/**
 * Lays windows of examples out as one micro-batch: each window is a row. The sequences of its examples lie one after
 * another; where prompts are shared, in the order of their tokens, and what a sequence has in common with the one before it is
 * there once. Throws RangeError when something does not fit the shape.
 */
export function fillMicroBatch<Example>(
  windows: readonly (readonly Example[])[],
  shape: Pick<WindowShape, 'rows' | 'tokens'>,
  { sequences, sharesPrompts = false }: Pick<Objective<Example>, 'sequences' | 'sharesPrompts'>,
): MicroBatch<Example> {
  if (windows.length > shape.rows)
    throw new RangeError(`${windows.length} windows do not fit ${shape.rows} rows`);
  const size = shape.rows * shape.tokens;
  const arrays = {
    tokens: new Int32Array(size),
    positions: new Int32Array(size),
    ends: new Int32Array(size).fill(shape.tokens),
  };
  const placed: Placed<Example>[] = [];
  for (const [row, examples] of windows.entries()) {
    const each = examples.map(sequences);
    const all = each.flat();
    const places = layRow(all, sharesPrompts ? sortByTokens(all) : apart(all), {
      ...{ arrays, row },
      width: shape.tokens,
    });
    let at = 0;
    for (const [index, example] of examples.entries()) {
      const from = at;
      at += each[index]?.length ?? 0;
      placed.push({ example, places: places.slice(from, at) });
    }
  }
  return { ...arrays, placed };
}

type Row = {
  readonly arrays: Omit<MicroBatch<never>, 'placed'>;
  readonly row: number;
  readonly width: number;
};

/** Lays the sequences of a row, and returns the flat places of each one's tokens. */
function layRow(
  sequences: readonly Int32Array[],
  { order, shared }: SortedSequences,
  { arrays: { tokens, positions, ends }, row, width }: Row,
): Int32Array[] {
  const first = row * width;
  const places = new Array<Int32Array>(sequences.length);
  let next = first;
  let before = new Int32Array();
  /** What the next sequence has not in common with the one before it is not seen by it, nor by those after it. */
  const close = (kept: number): void => {
    for (const place of before.subarray(kept)) ends[place] = next - first;
  };
  for (const [at, index] of order.entries()) {
    const sequence = sequences[index] as Int32Array;
    const kept = shared[at] as number;
    close(kept);
    if (next + sequence.length - kept > first + width)
      throw new RangeError(`the examples of row ${row} do not fit ${width} tokens`);
    const own = new Int32Array(sequence.length);
    own.set(before.subarray(0, kept));
    for (let token = kept; token < sequence.length; token++) {
      own[token] = next;
      tokens[next] = sequence[token] as number;
      positions[next++] = token;
    }
    places[index] = own;
    before = own;
  }
  close(0);
  return places;
}

function length(lengths: readonly number[], index: number): number {
  return lengths[index] as number;
}
