import type { Recipe } from '@lathe/recipe/recipe';
import type { Objective } from '../objectives/objective.ts';
import { dropoutRate } from '../trained/adapted-forward.ts';
import type { PromptSharing } from './sharing-plan.ts';

/**
 * Whether a run computes what its examples begin with once where that pays. Only where it changes nothing but rounding:
 * dropout and noise draw anew for each row.
 */
function mayShare(
  settings: Recipe,
  objective: Pick<Objective<never>, 'shareable'>,
  config: { readonly kind: string },
): boolean {
  return (
    settings.sharePrompts !== false &&
    settings.packing &&
    objective.shareable === true &&
    config.kind === 'decoder' &&
    settings.embeddingNoise === 0 &&
    dropoutRate(settings) === 0
  );
}

/**
 * The hidden size of a model whose windows may be wider than its longest example; undefined where attention sees all of a window, so that
 * width costs twice as much.
 */
export function widerBeside({
  config,
}: {
  readonly config: { readonly kind: string; readonly hiddenSize: number };
}): number | undefined {
  return config.kind === 'decoder' ? config.hiddenSize : undefined;
}

/**
 * How a run shares what its examples begin with; undefined where it may not, or is asked not to. Throws RangeError where it is
 * asked for and cannot be.
 */
export function promptSharing<Example>(
  settings: Recipe,
  objective: Objective<Example>,
  {
    config,
    sequences,
  }: Pick<PromptSharing, 'sequences'> & {
    readonly config: { readonly kind: string; readonly hiddenSize: number };
  },
): PromptSharing | undefined {
  const always = settings.sharePrompts === true;
  if (mayShare(settings, objective, config))
    return { sequences, always, hiddenSize: config.hiddenSize };
  if (!always) return undefined;
  throw new RangeError(
    `sharePrompts needs packing, neither dropout nor embeddingNoise, and a model that writes; leave it out for ${objective.name}`,
  );
}
