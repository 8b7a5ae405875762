import type { Graph } from '../onnx/encode.ts';
import { type PackedWeights, packedWeights } from '../step/packed-weights.ts';
import type { TrainingSettings } from './settings.ts';

/** Copies of more bytes than this are made only where the settings ask for them. */
const mostCopies = 1.5 * 2 ** 30;

/**
 * What packing the frozen weights of a training step takes; undefined where it is not done. It does not ask how much
 * memory is free: the same run computes the same bits wherever it goes on.
 */
export function weightPacking(
  graph: Graph,
  { packWeights, memoryLimit }: Pick<TrainingSettings, 'packWeights' | 'memoryLimit'>,
): PackedWeights | undefined {
  if (packWeights === false) return undefined;
  const packed = packedWeights(graph);
  if (packed.copies === 0) return undefined;
  const isCheap = memoryLimit === null && packed.copies <= mostCopies;
  return packWeights === true || isCheap ? packed : undefined;
}
