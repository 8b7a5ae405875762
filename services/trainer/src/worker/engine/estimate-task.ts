import { type AnyModelFolder, openAnyModelFolder } from '@lathe/engine/model-folder';
import { objectiveFor } from '@lathe/engine/objective-for';
import { estimateRun } from '@lathe/engine/run-estimate';
import { estimateFiles } from '@lathe/engine/run-files';
import { sampleRows } from '@lathe/engine/sample-rows';
import { samplerBytes } from '@lathe/engine/sampler-bytes';
import { resolveRecipe } from '@lathe/recipe/recipe';
import type { PlacedEstimateTask, RunNeeds } from './estimates.ts';
import { initialOf, modelKind, weightsOf } from './model-kind.ts';

/**
 * What a run needs whose every example is as long as the longest. Throws what opening the model and planning the run
 * throw.
 */
export async function estimateTask({
  modelFolder,
  recipe,
  longest,
  sequences,
  products,
  ...dataset
}: PlacedEstimateTask): Promise<RunNeeds> {
  const settings = resolveRecipe(recipe);
  const { batchSize, task, reinforcement } = settings;
  const model = await openAnyModelFolder(modelFolder, { weights: weightsOf(recipe) });
  // Prompts are learned from with their answers, of which maxTokens says nothing.
  const answer = reinforcement?.maxCompletionTokens ?? 0;
  const length = Math.min(
    Math.min(longest, recipe.maxTokens ?? longest) + answer,
    answer === 0 ? longest : model.config.maxPositions,
  );
  const rows = sampleRows(task, { examples: batchSize, length, sequences });
  const initial = initialOf(recipe);
  const kind = modelKind({ recipe, start: null });
  const { run, files } = await objectiveFor(
    settings,
    { model, rows },
    async (objective, examplesOf) => {
      const examples = examplesOf(rows).slice(0, batchSize);
      const planned = {
        ...{ model, objective, initial, products },
        settings,
        examples,
        dataset,
      };
      return { run: await estimateRun(planned), files: await estimateFiles(planned, kind) };
    },
  );
  const { model: modelBytes, state: stateBytes, sharedState: sharedStateBytes } = files;
  const needs = (memoryBytes: number): RunNeeds => ({
    ...{ memoryBytes, modelBytes, stateBytes, sharedStateBytes },
  });
  // Who samples answers has weights of its own, whatever is trained.
  if (reinforcement && model.config.kind === 'decoder')
    return needs(run + samplerBytes(model.config, length));
  const answers =
    (task?.type ?? 'generation') === 'generation' && settings.preference === undefined;
  return needs(answers && kind === 'adapter' ? run + widened(model) : run);
}

/** Bytes of half weights as they are served beside the run while it answers: as float32, and never of float32, which is mapped. */
function widened({ tensors }: AnyModelFolder): number {
  return [...tensors.values()]
    .filter(({ dtype }) => dtype !== 'F32')
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 4), 0);
}
