import type { Recipe } from '@lathe/recipe/recipe';

/** How a run keeps its frozen layers: `stored` where the 8 bits that were asked for did not prove themselves. */
export type KeptBase = 'stored';

/** The settings as they hold for a base. Without 8 bits no copies are laid out anew, which nobody had counted on. */
export function withBase(settings: Recipe, base: KeptBase | undefined): Recipe {
  const { adaptation, packWeights } = settings;
  if (base === undefined || adaptation.type !== 'lora') return settings;
  const { baseBits: _, baseTolerance: __, ...stored } = adaptation;
  return {
    ...settings,
    adaptation: stored,
    packWeights: packWeights === 'auto' ? false : packWeights,
  };
}
