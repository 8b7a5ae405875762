import type { Recipe } from '@lathe/recipe/recipe';
import { planBatches } from '../batch/batches.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { randomFeeds } from '../batch/random-feeds.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { weightsFolder } from '../families/model-folder.ts';
import { requireFiniteWeights } from '../formats/finite.ts';
import type { Tensor } from '../graph/tensor.ts';
import { createEvaluator, type Evaluation } from '../measure/evaluation.ts';
import { createMeasurements } from '../measure/measurements.ts';
import { createSequenceScorer } from '../measure/sequence-scorer.ts';
import { planForEstimate } from '../memory/memory-estimate.ts';
import { withinMemory } from '../memory/memory-limit.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { checkAll, type Objective, tokenCount } from '../objectives/objective.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { parameterCount } from '../optim/flat-state.ts';
import { scheduleFactor } from '../optim/schedule.ts';
import type { Adapter, AdapterValues } from '../peft/peft.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { joinedWeights } from '../step/graphs.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import {
  createModelState,
  parameterFeeds,
  type WeightValues,
  weightValues,
} from '../trained/model-state.ts';
import { startingWeights } from '../trained/starting-weights.ts';
import { LossScale } from '../update/loss-scale.ts';
import { scaledStep } from '../update/scaled-step.ts';
import { createStepRunner } from '../update/step-runner.ts';
import { type DivergedError, divergedAt } from './diverged-error.ts';
import { runExports } from './export-run.ts';
import { type Precision, precisionFor } from './precision.ts';
import { restoreRunState, runFingerprints, saveRunState } from './run-state.ts';

export type TrainerOptions<Example> = {
  readonly model: AnyModelFolder;
  readonly settings: Recipe;
  readonly objective: Objective<Example>;
  readonly examples: readonly Example[];
  readonly device?: Device | undefined;
  /** Start from random weights instead of the folder's. */
  readonly initial?: 'random' | undefined;
  /** Continue this adapter instead of starting a fresh one. */
  readonly adapter?: AdapterValues | undefined;
  /** Names the content of the weights that the run starts from: a state saved with another name is refused. */
  readonly origin?: string | undefined;
  /** Where the state is updated; by default where the device says. For comparison. */
  readonly update?: 'host' | 'graph' | undefined;
  /** Threads that update on the host; by default as the device and the size say. For comparison. */
  readonly updateThreads?: 1 | 2 | undefined;
  /** Write results to fresh buffers instead of over the state; slower, for comparison. */
  readonly freshBuffers?: boolean | undefined;
};

/** What one optimizer step did. Losses are means over its targets, before the update. */
export type StepMetrics = {
  /** Counted from 1. */
  readonly step: number;
  /** Passes over the examples that are complete or begun, as a fraction: 1.5 is half the second. */
  readonly epoch: number;
  readonly loss: number;
  readonly tokenAccuracy: number;
  /** Means of further figures that the objective names, such as `rewards/margins`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Global L2 norm before clipping. */
  readonly gradientNorm: number;
  /** What the loss was multiplied by; in runs of float16. */
  readonly lossScale?: number | undefined;
  /** What the step counted: supervised tokens, or rows or pairs where the objective counts those. */
  readonly supervisedTokens: number;
  /** Tokens of the step's examples, padding not counted. */
  readonly tokens: number;
  readonly seconds: number;
};

export type Trainer<Example> = {
  readonly totalSteps: number;
  readonly precision: Precision;
  /** Steps done. */
  readonly step: number;
  readonly trainableParameters: number;
  /** Static shape of the micro-batches, padding included. */
  readonly windowShape: WindowShape;
  trainStep(): Promise<StepMetrics>;
  evaluate(examples: readonly Example[]): Promise<Evaluation>;
  saveState(folder: string): Promise<void>;
  restoreState(folder: string): Promise<void>;
  /** The LoRA adapter as it stands. Throws RangeError when the method is another. */
  adapter(): Adapter;
  exportAdapter(folder: string): Promise<void>;
  exportMerged(folder: string): Promise<void>;
  dispose(): Promise<void>;
};

/**
 * Prepares a run: checks the examples, plans every step, and compiles the graphs. Throws RangeError
 * naming the example or setting at fault.
 */
export async function createTrainer<Example>(
  options: TrainerOptions<Example>,
): Promise<Trainer<Example>> {
  const { model, examples, device = cpuDevice() } = options;
  const precision = await precisionFor(options.settings.precision, device);
  const given = { ...options.settings, precision };
  const { config } = model;
  const modelPlan = await planForEstimate(options);
  const { virtualTokens, prefixLength } = modelPlan.adaptation;
  if (virtualTokens > 0 && options.objective.measured !== undefined)
    throw new RangeError(
      `prompt tuning does not go with ${options.objective.name}, which compares with the base model`,
    );
  const objective = withVirtualTokens(options.objective, virtualTokens);
  const mostTokens = config.maxPositions - virtualTokens - prefixLength;
  const limits = {
    maxTokens: Math.min(given.maxTokens, mostTokens),
    vocabularySize: config.vocabularySize,
  };
  checkAll(objective, examples, limits);
  const sizes = examples.map((example) => ({
    tokens: tokenCount(objective, example),
    targets: objective.targets(example),
  }));
  const seed = rootSeed(given.seed);
  const settings = withinMemory({
    ...options,
    ...{ settings: given, objective, plan: modelPlan, sizes, seed },
  });
  const modelState = await createModelState(options);
  const { state } = modelState;
  const plan = planBatches(sizes, settings, seed);
  objective.checkPlan?.({
    batchSize: settings.batchSize,
    microBatchesPerStep: plan.microBatchesPerStep,
  });
  const mapFolder = weightsFolder(model);
  const feeds = parameterFeeds(modelState);
  const forwardOf = adaptedForward(model, settings, modelState);
  const joined = device.residency === undefined ? undefined : joinedWeights(state.groups);
  const weights = weightValues(model, modelState, joined?.parameters);
  const current = () => weightValues(model, modelState);
  const runner = await createStepRunner({
    device,
    forward: forwardOf(weights, plan.shape, { objective, training: true }),
    parameters: weights.parameters,
    joined,
    parameterFeeds: feeds,
    state,
    rule: {
      optimizer: createOptimizer(settings.optimizer),
      settings: settings.optimizer,
      maxGradientNorm: settings.maxGradientNorm,
    },
    mapFolder,
    accumulates: plan.microBatchesPerStep > 1,
    packing: settings,
    update: options.update,
    updateThreads: options.updateThreads,
    freshBuffers: options.freshBuffers,
    mayOverflow: precision === 'float16',
  });
  const start = startingWeights(options, modelState, objective.measured !== undefined);
  const scorer = (values: () => WeightValues, parameterFeeds: Record<string, Tensor>) =>
    createSequenceScorer({
      device,
      mapFolder,
      settings,
      forward: (shape) => forwardOf(values(), shape, { objective: sequenceScore, training: false }),
      parameterFeeds,
    });
  const measurements = createMeasurements({
    objective,
    limits,
    batchSize: settings.batchSize,
    microBatchTokens: settings.microBatchTokens,
    start: scorer(start.values, start.feeds),
    current: scorer(current, feeds),
  });
  const evaluator = createEvaluator({
    objective,
    device,
    mapFolder,
    settings,
    forward: (shape) => forwardOf(current(), shape, { objective, training: false }),
    parameterFeeds: feeds,
    measurements,
  });
  const fingerprints = runFingerprints(options.settings, { ...options, objective }, state);
  const lossScale = precision === 'float16' ? new LossScale(settings.lossScale) : undefined;
  let done = 0;
  let failure: DivergedError | undefined;
  const refuseFailed = (): void => {
    if (failure !== undefined) throw failure;
  };

  async function trainStep(): Promise<StepMetrics> {
    refuseFailed();
    await measurements.prepare(examples);
    const started = performance.now();
    const step = plan.step(done);
    const members = step.examples.map((index) => examples[index] as Example);
    const weight = members.reduce((sum, example) => sum + objective.weight(example), 0);
    const learningRate = settings.learningRate * scheduleFactor(settings, done, plan.totalSteps);
    const measured = await measurements.step(members, examples);
    const sums = await scaledStep(runner, lossScale, {
      microBatches: step.microBatches.map((indices, at) => {
        const windows = indices.map((window) => window.map((index) => examples[index] as Example));
        return {
          ...batchFeeds(objective, windows, { shape: plan.shape, step: members, ...measured }),
          ...randomFeeds(objective, windows, {
            settings,
            ...{ shape: plan.shape, width: config.hiddenSize },
            ...{ seed, step: done, microBatch: at },
          }),
        };
      }),
      weight,
      learningRate,
      step: done + 1,
    });
    if (!Number.isFinite(sums.loss) || !Number.isFinite(sums.gradientNorm)) {
      const at = { step: done + 1, examples: step.examples };
      failure = divergedAt(at, sums.loss, precision);
      // A first step that fails is often the fault of the weights, and then no rate helps.
      if (done === 0) await requireFiniteWeights(model.tensors);
      throw failure;
    }
    done++;
    return {
      step: done,
      epoch: done / plan.stepsPerEpoch,
      loss: sums.loss / weight,
      tokenAccuracy: sums.correct / weight,
      figures: sums.figures,
      learningRate,
      gradientNorm: sums.gradientNorm,
      ...(lossScale === undefined ? {} : { lossScale: sums.lossScale }),
      supervisedTokens: weight,
      tokens: step.examples.reduce((sum, index) => sum + (sizes[index]?.tokens ?? 0), 0),
      seconds: (performance.now() - started) / 1000,
    };
  }

  const exports = runExports(model, settings, { modelState, task: objective.task });
  return {
    totalSteps: plan.totalSteps,
    precision,
    get step() {
      return done;
    },
    trainableParameters: parameterCount(modelState.parameters),
    windowShape: plan.shape,
    trainStep,
    async evaluate(held) {
      refuseFailed();
      await runner.settle();
      checkAll(objective, held, { ...limits, maxTokens: mostTokens });
      return evaluator.evaluate(held);
    },
    async saveState(folder) {
      refuseFailed();
      await measurements.prepare(examples);
      const measured = measurements.save(examples);
      await runner.settle();
      await saveRunState(folder, state, {
        ...{ step: done, fingerprint: fingerprints.current, measured },
        lossScale: lossScale?.state,
      });
    },
    async restoreState(folder) {
      const measured = measurements.size(examples);
      const stored = await restoreRunState(folder, state, { fingerprints, measured });
      runner.reset();
      measurements.restore(examples, stored.measured);
      lossScale?.restore(stored.lossScale);
      done = stored.step;
      failure = undefined;
    },
    adapter: exports.adapter,
    async exportAdapter(folder) {
      refuseFailed();
      await runner.settle();
      await exports.exportAdapter(folder);
    },
    async exportMerged(folder) {
      refuseFailed();
      await runner.settle();
      await exports.exportMerged(folder);
    },
    async dispose() {
      await runner.dispose();
      await evaluator.dispose();
      await measurements.dispose();
    },
  };
}
