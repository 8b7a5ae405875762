import type { Recipe } from '@lathe/recipe/recipe';
import type { Graph } from '../graph/graph.ts';
import type { Products } from '../runtime/device.ts';
import { type PackedWeights, packedWeights } from '../step/packed-weights.ts';

type PackingSettings = Pick<
  Recipe,
  'packWeights' | 'memoryLimit' | 'recomputeActivations' | 'adaptation'
>;

/** Copies of more bytes than this are made only where the settings ask for them. */
const mostCopies = 1.5 * 2 ** 30;

/**
 * What packing the frozen weights of a training step takes; undefined where it is not done: where settings that save
 * memory speak against it, copies are too large, or our own kernels read the weights as they lie
 * (docs/decisions/2026-11-own-kernels.md has figures). It does not ask how much memory is free: the same run computes
 * the same bits wherever it goes on with the same products.
 */
export function weightPacking(
  graph: Graph,
  settings: PackingSettings,
  products: Products = 'onnxruntime',
): PackedWeights | undefined {
  const { packWeights } = settings;
  if (packWeights === false || (packWeights === 'auto' && savesMemory(settings))) return undefined;
  const packed = packedWeights(graph, products === 'padded');
  const isWorth = products !== 'lathe' || packed.widens;
  const isWanted = packWeights === true || (isWorth && packed.copies <= mostCopies);
  return isWanted && packed.copies > 0 ? packed : undefined;
}

/**
 * Settings of packing for an objective. Where a step is compared with scores of its tokens under the same weights, both are computed
 * by the same products, to the bit: nothing is packed unless it is asked for.
 */
export function packingFor<S extends PackingSettings>(
  settings: S,
  { tokenScore }: { readonly tokenScore?: unknown },
): S {
  const isCompared = tokenScore !== undefined && settings.packWeights === 'auto';
  return isCompared ? { ...settings, packWeights: false } : settings;
}

function savesMemory({ memoryLimit, recomputeActivations, adaptation }: PackingSettings): boolean {
  const isRounded = adaptation.type === 'lora' && adaptation.baseBits !== undefined;
  return memoryLimit !== null || recomputeActivations || isRounded;
}
