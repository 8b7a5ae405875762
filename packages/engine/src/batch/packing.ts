import type { WindowShape } from '../nn/window.ts';
import type { Placed } from '../objectives/objective.ts';

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
  /** Positions `[rows · tokens]`, restarting at 0 in each sequence; 0 in padding. */
  readonly positions: Int32Array;
  /** Segment ids `[rows · tokens]`: 0 is padding, sequences count from 1 in each row. */
  readonly segments: Int32Array;
  readonly placed: readonly Placed<Example>[];
};

/**
 * Lays windows of examples out as one micro-batch: each window is a row, and each sequence of its
 * examples a segment. Throws RangeError when something does not fit the shape.
 */
export function fillMicroBatch<Example>(
  windows: readonly (readonly Example[])[],
  shape: Pick<WindowShape, 'rows' | 'tokens'>,
  sequences: (example: Example) => readonly Int32Array[],
): MicroBatch<Example> {
  if (windows.length > shape.rows)
    throw new RangeError(`${windows.length} windows do not fit ${shape.rows} rows`);
  const size = shape.rows * shape.tokens;
  const tokens = new Int32Array(size);
  const positions = new Int32Array(size);
  const segments = new Int32Array(size);
  const placed: Placed<Example>[] = [];
  for (const [row, examples] of windows.entries()) {
    const end = (row + 1) * shape.tokens;
    let start = row * shape.tokens;
    let segment = 0;
    for (const example of examples) {
      const starts: number[] = [];
      for (const sequence of sequences(example)) {
        if (start + sequence.length > end)
          throw new RangeError(`the examples of row ${row} do not fit ${shape.tokens} tokens`);
        starts.push(start);
        tokens.set(sequence, start);
        segments.fill(++segment, start, start + sequence.length);
        for (let at = 0; at < sequence.length; at++) positions[start + at] = at;
        start += sequence.length;
      }
      placed.push({ example, starts });
    }
  }
  return { tokens, positions, segments, placed };
}

function length(lengths: readonly number[], index: number): number {
  return lengths[index] as number;
}
