import type { Tensor } from '../graph/tensor.ts';
import type { WindowShape } from '../step/window.ts';
import type { MicroBatch } from './packing.ts';

/** A micro-batch as the inputs of the forward graph (see step/forward.ts). */
export function batchFeeds(batch: MicroBatch, shape: WindowShape): Record<string, Tensor> {
  const count = shape.rows * shape.tokens;
  return {
    tokens: { data: batch.tokens, shape: [count], dtype: 'int32' },
    positions: { data: batch.positions, shape: [count], dtype: 'int32' },
    segments: { data: batch.segments, shape: [count], dtype: 'int32' },
    target_positions: { data: batch.targetPositions, shape: [shape.targets], dtype: 'int32' },
    target_tokens: { data: batch.targetTokens, shape: [shape.targets], dtype: 'int32' },
    target_weights: { data: batch.targetWeights, shape: [shape.targets], dtype: 'float32' },
  };
}
