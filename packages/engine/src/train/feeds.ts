import type { Tensor } from '../graph/tensor.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Objective } from '../objectives/objective.ts';
import { fillMicroBatch } from './packing.ts';

/** A micro-batch of windows of examples as the inputs of the forward graph (see step/forward.ts). */
export function batchFeeds<Example>(
  objective: Objective<Example>,
  windows: readonly (readonly Example[])[],
  { shape, step }: { readonly shape: WindowShape; readonly step: readonly Example[] },
): Record<string, Tensor> {
  const batch = fillMicroBatch(windows, shape, objective.sequences);
  const flat = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
  return {
    tokens: flat(batch.tokens),
    positions: flat(batch.positions),
    segments: flat(batch.segments),
    ...objective.feeds(batch.placed, { shape, step }),
  };
}
