import { type BatchContext, batchFeeds } from '../batch/feeds.ts';
import { weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { createEvaluator, type Evaluator } from '../measure/evaluation.ts';
import { createMeasurements, type Measurements } from '../measure/measurements.ts';
import { createSequenceScorer } from '../measure/sequence-scorer.ts';
import { createTokenScorer, type TokenScorer } from '../measure/token-scorer.ts';
import type { WindowShape } from '../nn/window.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { joinedWeights } from '../step/graphs.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { parameterFeeds, type WeightValues, weightValues } from '../trained/model-state.ts';
import { startingWeights } from '../trained/starting-weights.ts';
import type { StepRunner, StepRunnerOptions } from '../update/step.ts';
import { createStepRunner } from '../update/step-runner.ts';
import { packingFor } from '../update/weight-packing.ts';
import { type FrozenStates, frozenStates } from './frozen-states.ts';
import { keptLayers } from './kept-layers.ts';
import type { PreparedRun } from './prepare-run.ts';
import type { StatesPlace } from './stored-states.ts';

/** How the state is updated, where that is compared with another way. */
export type UpdateOptions = Pick<StepRunnerOptions, 'update' | 'updateThreads' | 'freshBuffers'>;

/** What a run computes with. */
export type RunPrograms<Example> = {
  readonly runner: StepRunner;
  readonly measurements: Measurements<Example>;
  readonly evaluator: Evaluator<Example>;
  /** Scores of single tokens under the weights that the run starts from, and under the current ones. */
  readonly tokens: Readonly<Record<'start' | 'current', TokenScorer<Example>>>;
  /** The feeds of a micro-batch of a step, but for what is random in it. */
  feeds(
    windows: readonly (readonly Example[])[],
    context: BatchContext<Example>,
  ): Promise<Record<string, Tensor>>;
  /** Frees what the steps were made from. */
  dispose(): Promise<void>;
  /** Writes what a frozen base made of the examples, where the run keeps that. */
  saveStates(folder: string): Promise<void>;
};

/** Compiles the graphs of a run's steps; those beside them are compiled when they are first asked for. */
export async function openPrograms<Example>(
  run: PreparedRun<Example>,
  update: UpdateOptions,
  { scratch, ...place }: StatesPlace & { readonly scratch: string },
): Promise<RunPrograms<Example>> {
  const { model, device, settings, objective, limits, plan, modelState, initial } = run;
  const { state } = modelState;
  const mapFolder = weightsFolder(model);
  const parameters = parameterFeeds(modelState);
  const forwardOf = adaptedForward(model, settings, modelState);
  const joined = device.residency === undefined ? undefined : joinedWeights(state.groups);
  const weights = weightValues(model, modelState, joined?.parameters);
  const current = () => weightValues(model, modelState);
  const { optimizer, maxGradientNorm, precision } = settings;
  const frozen = await frozenStates(run, place);
  const layers = frozen === undefined ? await keptLayers(run, weights, scratch) : undefined;
  const runner = await createStepRunner({
    ...update,
    device,
    forward:
      frozen?.forward(weights, plan.shape, true) ??
      layers?.forward ??
      forwardOf(weights, plan.shape, { objective, training: true }),
    parameters: weights.parameters,
    joined,
    parameterFeeds: layers?.parameterFeeds ?? parameters,
    state,
    rule: { optimizer: createOptimizer(optimizer), settings: optimizer, maxGradientNorm },
    mapFolder,
    accumulates: plan.microBatchesPerStep > 1,
    packing: packingFor(settings, objective),
    mayOverflow: precision === 'float16',
  });
  const sharing = objective.sharesPrompts
    ? { always: false, hiddenSize: model.config.hiddenSize }
    : undefined;
  const compares = (objective.measured ?? objective.tokenScore) !== undefined;
  const start = startingWeights({ model, initial }, modelState, compares);
  const scorer = (values: () => WeightValues, parameterFeeds: Readonly<Record<string, Tensor>>) =>
    createSequenceScorer({
      device,
      mapFolder,
      settings,
      sharing,
      forward: (shape) => forwardOf(values(), shape, { objective: sequenceScore, training: false }),
      parameterFeeds,
    });
  const tokenScorer = (
    values: () => WeightValues,
    parameterFeeds: Readonly<Record<string, Tensor>>,
  ) =>
    createTokenScorer({
      ...{ objective, device, mapFolder, parameterFeeds },
      forward: (shape) =>
        forwardOf(values(), shape, {
          objective: objective.tokenScore ?? objective,
          training: false,
        }),
    });
  const measurements = createMeasurements({
    objective,
    limits,
    batchSize: settings.batchSize,
    microBatchTokens: settings.microBatchTokens,
    start: scorer(start.values, start.feeds),
    current: scorer(current, parameters),
  });
  const evaluated = {
    ...{ objective, device, mapFolder, settings, sharing, measurements },
    parameterFeeds: parameters,
  };
  const whole = createEvaluator({
    ...evaluated,
    forward: (shape) => forwardOf(current(), shape, { objective, training: false }),
  });
  const evaluator = frozen === undefined ? whole : keptEvaluator(frozen, whole);

  /** Scores what is kept, or can be, by the head alone. */
  function keptEvaluator(
    states: FrozenStates<Example>,
    otherwise: Evaluator<Example>,
  ): Evaluator<Example> {
    const { feeds } = states;
    const forward = (shape: WindowShape) => states.forward(current(), shape, false);
    const kept = createEvaluator({ ...evaluated, forward, feeds });
    return {
      async evaluate(examples) {
        return (await states.keep(examples))
          ? kept.evaluate(examples)
          : otherwise.evaluate(examples);
      },
      async dispose() {
        await kept.dispose();
        await otherwise.dispose();
      },
    };
  }
  const feeds: RunPrograms<Example>['feeds'] = async (windows, context) =>
    frozen?.feeds(windows, context) ??
    layers?.feeds(windows, context) ??
    batchFeeds(objective, windows, context);
  return {
    ...{ runner, measurements, evaluator, feeds },
    tokens: {
      start: tokenScorer(start.values, start.feeds),
      current: tokenScorer(current, parameters),
    },
    saveStates: async (folder) => frozen?.save(folder),
    async dispose() {
      await layers?.dispose();
    },
  };
}
