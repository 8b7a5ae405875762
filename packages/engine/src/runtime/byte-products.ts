import type { Graph } from '../graph/graph.ts';
import { input, type Value } from '../graph/value.ts';
import { byteSums } from '../ops/byte-products.ts';
import type { Program } from './device.ts';

/** Deep and wide enough for the innermost loops of every processor. */
const size = 64;

/**
 * Why products of bytes are of no use, as a sentence without its stop; undefined where they are exact. Processors without
 * instructions for them (VNNI and the like) add two products in 16 bits, which the largest bytes are too large for.
 */
export async function byteProblem(
  compile: (graph: Graph) => Promise<Program>,
): Promise<string | undefined> {
  const scales = input('scales', [size]);
  const y: Value = byteSums(
    input('a', [size, size], 'uint8'),
    input('b', [size, size], 'int8'),
    scales,
  );
  const shape = [size, size];
  try {
    const program = await compile({ outputs: { y } });
    const answers = await program.run({
      a: { data: new Uint8Array(size * size).fill(255), shape, dtype: 'uint8' },
      b: { data: new Int8Array(size * size).fill(127), shape, dtype: 'int8' },
      scales: { data: new Float32Array(size).fill(1), shape: [size], dtype: 'float32' },
    });
    await program.dispose();
    const sums = answers.y?.data as Float32Array;
    const isExact = sums.every((sum) => sum === (255 - 128) * 127 * size);
    return isExact ? undefined : 'its sums of products of bytes overflow';
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
