import type { Recipe } from '@lathe/recipe/recipe';
import { strataOf } from '../batch/balanced-order.ts';
import { type BatchPlan, type ExampleSize, planBatches } from '../batch/batches.ts';
import { promptSharing, widerBeside } from '../batch/prompt-sharing.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { planForEstimate } from '../memory/memory-estimate.ts';
import { withinMemory } from '../memory/memory-limit.ts';
import { rootSeed, type Seed } from '../nn/seed.ts';
import { checkAll, type ExampleLimits, type Objective, sizesOf } from '../objectives/objective.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import type { AdapterValues } from '../peft/peft.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { createModelState, type ModelState } from '../trained/model-state.ts';
import { requireWatchable } from './early-stopping.ts';
import { type KeptBase, withBase } from './kept-base.ts';
import { type Precision, precisionFor } from './precision.ts';

export type RunOptions<Example> = {
  readonly model: AnyModelFolder;
  readonly settings: Recipe;
  readonly objective: Objective<Example>;
  readonly examples: readonly Example[];
  readonly device?: Device | undefined;
  /** How long the run is where the examples of each step are made when it begins: those given are then a step of the longest. */
  readonly drawn?: DrawnSteps | undefined;
  /** Start from random weights instead of the folder's. */
  readonly initial?: 'random' | undefined;
  /** Continue this adapter instead of starting a fresh one. */
  readonly adapter?: AdapterValues | undefined;
  /** Keep the frozen layers as they are stored, though the settings ask for fewer bits (`settleBase`). */
  readonly base?: KeptBase | undefined;
};

/** The steps of a run that draws its examples, and the most of them that share a window. */
type DrawnSteps = {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly perWindow: number;
  /** The tokens of the examples as they have in common what those of a step have; by default their own. */
  readonly sequences?: ((example: number) => readonly Int32Array[]) | undefined;
};

/** A run whose every step is planned, and whose state is where it starts. */
export type PreparedRun<Example> = Pick<
  RunOptions<Example>,
  'model' | 'examples' | 'initial' | 'base'
> & {
  readonly device: Device;
  /** As they hold on the device and within the memory. */
  readonly settings: Recipe & { readonly precision: Precision };
  /** With the virtual tokens of the method, where it has them, and prompts shared where the plan has them so. */
  readonly objective: Objective<Example>;
  readonly limits: ExampleLimits;
  /** Tokens that the model has positions for; held-out examples may be as long. */
  readonly mostTokens: number;
  readonly sizes: readonly ExampleSize[];
  readonly seed: Seed;
  readonly plan: BatchPlan;
  readonly modelState: ModelState;
};

/** Checks the examples, fits the passes into the memory, plans every step and allocates the state. */
export async function prepareRun<Example>(
  asked: RunOptions<Example>,
): Promise<PreparedRun<Example>> {
  const options = { ...asked, settings: withBase(asked.settings, asked.base) };
  const { model, examples, initial, device = cpuDevice() } = options;
  const precision = await precisionFor(options.settings.precision, device);
  const given = { ...options.settings, precision };
  const modelPlan = await planForEstimate(options);
  const { virtualTokens, prefixLength } = modelPlan.adaptation;
  if (
    virtualTokens > 0 &&
    (options.objective.measured ?? options.objective.tokenScore) !== undefined
  )
    throw new RangeError(
      `prompt tuning does not go with ${options.objective.name}, which compares with the base model`,
    );
  requireWatchable(given.earlyStopping, options.objective);
  const objective = withVirtualTokens(options.objective, virtualTokens);
  const { maxPositions, vocabularySize } = model.config;
  const mostTokens = maxPositions - virtualTokens - prefixLength;
  const limits = { maxTokens: Math.min(given.maxTokens, mostTokens), vocabularySize };
  checkAll(objective, examples, limits);
  const sizes = sizesOf(objective, examples);
  const seed = rootSeed(given.seed);
  const strata = strataFor(given, objective, examples);
  const sharing = promptSharing(given, objective, {
    config: model.config,
    sequences:
      options.drawn?.sequences ?? ((index) => objective.sequences(examples[index] as Example)),
  });
  const fitting = {
    ...{ ...options, settings: given, objective, plan: modelPlan },
    ...{ sizes, seed, strata, sharing, hiddenSize: widerBeside(model) },
    products: await device.products?.(),
  };
  const settings = { ...withinMemory(fitting), precision };
  const modelState = await createModelState(options);
  const undivided = objective.contrastive;
  const planned = planBatches(
    sizes,
    { ...settings, undivided, strata, sharing, hiddenSize: fitting.hiddenSize },
    seed,
  );
  const plan = options.drawn === undefined ? planned : drawnPlan(planned, options.drawn);
  const { microBatchesPerStep } = plan;
  objective.checkPlan?.({ batchSize: settings.batchSize, microBatchesPerStep });
  const prepared = {
    ...{ settings, limits, mostTokens, sizes, seed, plan, modelState },
    objective: plan.shared === undefined ? objective : { ...objective, sharesPrompts: true },
  };
  return { model, examples, initial, base: asked.base, device, ...prepared };
}

/** The plan of a step of the longest examples as that of a whole run, with room for shorter ones, of which windows hold more. */
function drawnPlan(planned: BatchPlan, { totalSteps, stepsPerEpoch, perWindow }: DrawnSteps) {
  const { rows } = planned.shape;
  return {
    ...planned,
    ...{ totalSteps, stepsPerEpoch },
    shape: { ...planned.shape, examples: rows * perWindow },
  };
}

/** The class of each example, where an epoch is to show as many of every class. */
function strataFor<Example>(
  { sampling }: Recipe,
  objective: Objective<Example>,
  examples: readonly Example[],
): Int32Array | undefined {
  if (sampling !== 'balanced') return undefined;
  if (objective.classes === undefined)
    throw new RangeError(`the examples of ${objective.name} have no labels to balance`);
  return strataOf(examples.map((example) => objective.classes?.(example) ?? []));
}
