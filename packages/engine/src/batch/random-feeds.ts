import type { Recipe } from '@lathe/recipe/recipe';
import type { Tensor } from '../graph/tensor.ts';
import { dropoutKeys } from '../nn/dropout.ts';
import type { Seed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Objective } from '../objectives/objective.ts';
import { dropoutRate } from '../trained/adapted-forward.ts';
import { noiseFeeds } from '../trained/embedding-noise.ts';

export type RandomFeedsOptions = {
  readonly settings: Recipe;
  readonly shape: WindowShape;
  readonly width: number;
  readonly seed: Seed;
  /** Steps done before. */
  readonly step: number;
  readonly microBatch: number;
};

/** What makes the randomness of one micro-batch another than any other's: dropout's keys, and embedding noise. */
export function randomFeeds<Example>(
  objective: Objective<Example>,
  windows: readonly (readonly Example[])[],
  { settings, shape, width, seed, step, microBatch }: RandomFeedsOptions,
): Record<string, Tensor> {
  const count = shape.rows * shape.tokens;
  const feeds: Record<string, Tensor> = {};
  if (dropoutRate(settings) > 0) {
    const data = dropoutKeys(seed, count, 'step', step, microBatch);
    feeds.dropout_keys = { data, shape: [count, 1], dtype: 'int32' };
  }
  const alpha = settings.embeddingNoise;
  if (alpha === 0) return feeds;
  return {
    ...feeds,
    ...noiseFeeds(objective, windows, { shape, width, alpha, seed, step, microBatch }),
  };
}
