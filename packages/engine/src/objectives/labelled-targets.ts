import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import type { Targets } from './chunked-cross-entropy.ts';

/** One position with its class. */
export type Target = { readonly position: number; readonly label: number };

/** The graph inputs that `targetFeeds` fills. */
export function targetInputs(room: number): Targets {
  return {
    positions: input('target_positions', [room], 'int32'),
    tokens: input('target_tokens', [room], 'int32'),
    weights: input('target_weights', [room], 'float32'),
  };
}

/** Room for so many targets, all unused, as arrays to fill and as the feeds of `targetInputs` that hold them. */
export function targetRoom(room: number) {
  const positions = new Int32Array(room);
  const tokens = new Int32Array(room);
  const weights = new Float32Array(room);
  const feeds: Record<string, Tensor> = {
    target_positions: { data: positions, shape: [room], dtype: 'int32' },
    target_tokens: { data: tokens, shape: [room], dtype: 'int32' },
    target_weights: { data: weights, shape: [room], dtype: 'float32' },
  };
  return { positions, tokens, weights, feeds };
}

/** Targets of one weight as arrays of static length; unused room weighs nothing. Throws RangeError when it is too small. */
export function targetFeeds(
  targets: readonly Target[],
  room: number,
  weight = 1,
): Record<string, Tensor> {
  if (targets.length > room)
    throw new RangeError(`${targets.length} targets in a micro-batch with room for ${room}`);
  const { positions, tokens, weights, feeds } = targetRoom(room);
  for (const [at, { position, label }] of targets.entries()) {
    positions[at] = position;
    tokens[at] = label;
    weights[at] = weight;
  }
  return feeds;
}
