import { constant, type Value } from '../graph/value.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';

/** Sizes of blocks whose root is a power of two, so that mixing multiplies by exact numbers. */
const sizes = [64, 16] as const;

/** How many neighbours in a row of so many numbers are mixed with each other; 1 where the row has no whole blocks. */
function blockOf(columns: number): number {
  return sizes.find((size) => columns % size === 0) ?? 1;
}

/**
 * Each block of a row times a Hadamard matrix over the root of its size, in place: what is large in few places is spread over
 * the block, and rounds better. The lengths of rows and their products with each other stay, and twice is once not at all.
 */
export function mixBlocks(matrix: Float32Array, columns: number): Float32Array {
  const size = blockOf(columns);
  const factor = 1 / Math.sqrt(size);
  for (let from = 0; size > 1 && from < matrix.length; from += size) {
    for (let half = 1; half < size; half *= 2)
      for (let at = from; at < from + size; at += 2 * half)
        for (let one = at; one < at + half; one++) {
          const [a, b] = [matrix[one] as number, matrix[one + half] as number];
          matrix[one] = a + b;
          matrix[one + half] = a - b;
        }
    for (let at = from; at < from + size; at++) matrix[at] = (matrix[at] as number) * factor;
  }
  return matrix;
}

/** The same for the rows of x `[rows, columns]`. */
export function mixedBlocks(x: Value): Value {
  const [rows, columns] = x.shape as [number, number];
  const size = blockOf(columns);
  if (size === 1) return x;
  const identity = new Float32Array(size * size);
  for (let at = 0; at < size; at++) identity[at * (size + 1)] = 1;
  const blocks = reshape(x, [(rows * columns) / size, size]);
  return reshape(matmul(blocks, constant(mixBlocks(identity, size), [size, size])), [
    rows,
    columns,
  ]);
}
