import type { Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { dropoutKeys } from '../nn/dropout.ts';
import type { Seed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Objective } from '../objectives/objective.ts';
import { cast } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';

/**
 * NEFTune (Jain et al. 2023): embeddings `[rows · tokens, width]` + U(−m, m), m = α/√(length · width) with
 * the length of the sequence that a token belongs to. The noise is a hash, rowKey_i · columnKey_j modulo
 * 2³² over 2³¹, so it is known from seed and step alone. Reads the inputs that `noiseFeeds` fills.
 */
export function noisyEmbeddings(x: Value, seed: Seed): Value {
  const [count, width] = x.shape as readonly [number, number];
  const rows = input('noise_keys', [count, 1], 'int32');
  const scale = input('noise_scale', [count, 1], 'float32');
  const columns = constant(dropoutKeys(seed, width, 'noise'), [1, width], 'int32');
  return add(x, mul(cast(mul(rows, columns), 'float32'), scale));
}

/** The noise of one micro-batch. */
export function noiseFeeds<Example>(
  objective: Objective<Example>,
  windows: readonly (readonly Example[])[],
  options: {
    readonly shape: WindowShape;
    readonly width: number;
    readonly alpha: number;
    readonly seed: Seed;
    readonly step: number;
    readonly microBatch: number;
  },
): Record<string, Tensor> {
  const { shape, width, alpha, seed, step, microBatch } = options;
  const count = shape.rows * shape.tokens;
  const scale = new Float32Array(count);
  for (const [row, examples] of windows.entries()) {
    let start = row * shape.tokens;
    for (const example of examples)
      for (const { length } of objective.sequences(example)) {
        const most = alpha / Math.sqrt(length * width);
        scale.fill(most / 2 ** 31, start, start + length);
        start += length;
      }
  }
  const keys = dropoutKeys(seed, count, 'noise', step, microBatch);
  return {
    noise_keys: { data: keys, shape: [count, 1], dtype: 'int32' },
    noise_scale: { data: scale, shape: [count, 1], dtype: 'float32' },
  };
}
