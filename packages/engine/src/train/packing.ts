import type { WindowShape } from '../step/window.ts';
import type { TokenizedExample } from './example.ts';

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

/** The arrays of one micro-batch; flat positions count through `[rows, tokens]`. */
export type MicroBatch = {
  /** Token ids `[rows, tokens]`; padding is token 0. */
  readonly tokens: Int32Array;
  /** Positions `[rows, tokens]`, restarting at 0 in each example. */
  readonly positions: Int32Array;
  /** Segment ids `[rows, tokens]`: 0 is padding, examples count from 1 in each row. */
  readonly segments: Int32Array;
  /** Flat positions `[targets]` whose next token is a target; unused room points at 0. */
  readonly targetPositions: Int32Array;
  /** The tokens to predict there `[targets]`. */
  readonly targetTokens: Int32Array;
  /** 1 for a target, 0 for unused room `[targets]`. */
  readonly targetWeights: Float32Array;
  readonly supervisedTokens: number;
};

/**
 * Lays windows of examples out as one micro-batch. An example's first token is never a target, so
 * nothing is predicted from a neighbour. Throws RangeError when something does not fit the shape.
 */
export function fillMicroBatch(
  windows: readonly (readonly TokenizedExample[])[],
  shape: WindowShape,
): MicroBatch {
  if (windows.length > shape.rows)
    throw new RangeError(`${windows.length} windows do not fit ${shape.rows} rows`);
  const size = shape.rows * shape.tokens;
  const tokens = new Int32Array(size);
  const positions = new Int32Array(size);
  const segments = new Int32Array(size);
  const targetPositions = new Int32Array(shape.targets);
  const targetTokens = new Int32Array(shape.targets);
  const targetWeights = new Float32Array(shape.targets);
  let supervisedTokens = 0;
  for (const [row, examples] of windows.entries()) {
    const end = (row + 1) * shape.tokens;
    let start = row * shape.tokens;
    for (const [segment, example] of examples.entries()) {
      const count = example.tokens.length;
      if (start + count > end)
        throw new RangeError(`the examples of row ${row} do not fit ${shape.tokens} tokens`);
      tokens.set(example.tokens, start);
      segments.fill(segment + 1, start, start + count);
      for (let at = 0; at < count; at++) {
        positions[start + at] = at;
        if (at === 0 || !example.supervised[at]) continue;
        if (supervisedTokens === shape.targets)
          throw new RangeError(`more than ${shape.targets} supervised tokens in a micro-batch`);
        targetPositions[supervisedTokens] = start + at - 1;
        targetTokens[supervisedTokens] = example.tokens[at] as number;
        targetWeights[supervisedTokens] = 1;
        supervisedTokens++;
      }
      start += count;
    }
    // Padding counts on from 0 too, so that its positions stay inside the window.
    for (let at = start; at < end; at++) positions[at] = at - start;
  }
  return {
    tokens,
    positions,
    segments,
    targetPositions,
    targetTokens,
    targetWeights,
    supervisedTokens,
  };
}

function length(lengths: readonly number[], index: number): number {
  return lengths[index] as number;
}
