import { resolveRecipe } from '@lathe/recipe/recipe';
/** What decides how many tokens a training pass has. */
export type Passes = {
  /** What was asked for. */
  readonly microBatchTokens: number;
  /** Tokens of the longest example. */
  readonly longest: number;
  /** Examples of an optimizer step: a pass never has more. */
  readonly batchSize: number;
};

/** Tokens of a pass when the job names none: the engine's default. */
export const { microBatchTokens: usualPassTokens } = resolveRecipe();

/** Windows are rounded up to a multiple of this by the engine. */
const granule = 16;

/**
 * Half of what a pass may have had, in tokens, after it took more memory than there is. Undefined: it had a single
 * example.
 */
export function halfThePass({ microBatchTokens, longest, batchSize }: Passes): number | undefined {
  const window = Math.ceil(longest / granule) * granule;
  const had = Math.min(microBatchTokens, batchSize * window);
  if (had < 2 * window) return undefined;
  return Math.floor(had / 2);
}
