import type { Tensor } from '../graph/tensor.ts';
import { NotFiniteError } from './not-finite-error.ts';
import type { ServedAdapter } from './served-adapter.ts';
import { createTextPasses, type PassOptions, type Reading } from './text-passes.ts';

export type Embedder = {
  /**
   * One vector `[hiddenSize]` of length 1 for each token sequence, in order. Throws RangeError for an
   * empty or too long input or an unknown token, and the signal's reason between two passes.
   */
  embed(
    inputs: readonly Int32Array[],
    options?: {
      readonly adapter?: ServedAdapter | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Float32Array<ArrayBuffer>[]>;
  dispose(): Promise<void>;
};

/**
 * Embeds with the final normed hidden states h_t, those that the language-model head reads: a text of
 * n tokens becomes e = m / |m| with m = (1/n) Σ h_t, all its tokens counted alike and virtual ones not at all.
 */
export function createEmbedder(options: PassOptions): Embedder {
  const passes = createTextPasses(options);
  const width = options.model.config.hiddenSize;
  const reading: Reading = {
    key: 'mean',
    targets: () => 0,
    outputs: ({ hidden }) => ({ hidden }),
    feeds: () => ({}),
    read(outputs, placed) {
      const hidden = (outputs.hidden as Tensor).data as Float32Array;
      return placed.map(({ start, length }) =>
        meanDirection(hidden.subarray(start * width, (start + length) * width), width),
      );
    },
  };
  return {
    embed: (inputs, options) =>
      passes.run(
        inputs.map((tokens) => ({ tokens })),
        reading,
        options,
      ),
    dispose: () => passes.dispose(),
  };
}

/**
 * The direction of the mean of rows `[rows, width]`: their sum, brought to length 1. Sums in float64; a sum
 * of 0 stays 0. Throws NotFiniteError for one that is not finite.
 */
export function meanDirection(rows: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const sum = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) (sum[at % width] as number) += rows[at] as number;
  if (!sum.every(Number.isFinite)) throw new NotFiniteError('the hidden states');
  return toUnitLength(sum);
}

/**
 * A vector brought to length 1; a vector of 0 stays as it is.
 * @example toUnitLength([3, 4]); // [0.6, 0.8]
 */
export function toUnitLength(vector: ArrayLike<number>): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] as number) ** 2;
  const length = Math.sqrt(squares);
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}
