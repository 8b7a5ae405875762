import type { Recipe } from '@lathe/recipe/recipe';
import type { Graph } from '../graph/graph.ts';
import type { Products } from '../runtime/device.ts';
import { type PackedWeights, packedWeights } from '../step/packed-weights.ts';

/** Copies of more bytes than this are made only where the settings ask for them. */
const mostCopies = 1.5 * 2 ** 30;

/**
 * What packing the frozen weights of a training step takes; undefined where it is not done: where settings that save
 * memory speak against it, or copies are too large. It does not ask how much memory is free, nor is it decided by `products`, which take more beside the
 * copies: the same run computes the same bits wherever it goes on.
 */
export function weightPacking(
  graph: Graph,
  settings: Pick<Recipe, 'packWeights' | 'memoryLimit' | 'recomputeActivations' | 'adaptation'>,
  products: Products = 'onnxruntime',
): PackedWeights | undefined {
  const { packWeights } = settings;
  if (packWeights === false || (packWeights === 'auto' && savesMemory(settings))) return undefined;
  const packed = packedWeights(graph, products);
  const isWanted = packWeights === true || packed.copies <= mostCopies;
  return isWanted && packed.copies > 0 ? packed : undefined;
}

function savesMemory({
  memoryLimit,
  recomputeActivations,
  adaptation,
}: Pick<Recipe, 'memoryLimit' | 'recomputeActivations' | 'adaptation'>): boolean {
  const isRounded = adaptation.type === 'lora' && adaptation.baseBits !== undefined;
  return memoryLimit !== null || recomputeActivations || isRounded;
}
