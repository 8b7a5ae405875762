import type { TokenizedExample } from '@lathe/engine/example';
import { openModelFolder } from '@lathe/engine/model-folder';
import { objectiveFor } from '@lathe/engine/objective-for';
import { estimateRun } from '@lathe/engine/run-estimate';
import { resolveRecipe } from '@lathe/recipe/recipe';
import type { EstimateTask } from './estimates.ts';

/**
 * The most memory, in bytes, of a run whose every example is as long as the longest. Throws what opening the model
 * and planning the run throw.
 */
export async function estimateTask({
  modelFolder,
  recipe,
  longest,
}: EstimateTask): Promise<number> {
  const settings = resolveRecipe(recipe);
  const { batchSize, adaptation, preference } = settings;
  const model = await openModelFolder(modelFolder);
  // A pair of answers is two examples.
  const examples = Array.from({ length: 2 * batchSize }, () =>
    exampleOf(Math.min(longest, recipe.maxTokens ?? longest)),
  );
  const initial = adaptation.type === 'full' ? adaptation.initial : undefined;
  return objectiveFor({ preference }, (objective, examplesOf) =>
    estimateRun({
      ...{ model, objective, initial },
      settings,
      examples: examplesOf(examples).slice(0, batchSize),
    }),
  );
}

/** An example of so many tokens, all but the first of which are to be learned. */
function exampleOf(length: number): TokenizedExample {
  return { tokens: new Int32Array(length), supervised: new Uint8Array(length).fill(1, 1) };
}
