import { tmpdir } from 'node:os';
import type { SharedTokens } from '../batch/batches.ts';
import { randomFeeds } from '../batch/random-feeds.ts';
import { requireFiniteWeights } from '../formats/finite.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Evaluation } from '../measure/evaluation.ts';
import type { WindowShape } from '../nn/window.ts';
import { checkAll, sizesOf } from '../objectives/objective.ts';
import { parameterCount } from '../optim/flat-state.ts';
import { scheduleFactor } from '../optim/schedule.ts';
import type { Products } from '../runtime/device.ts';
import { LossScale } from '../update/loss-scale.ts';
import { scaledStep } from '../update/scaled-step.ts';
import { type DivergedError, divergedAt } from './diverged-error.ts';
import { ExampleLosses, type SeenExample } from './example-losses.ts';
import { type RunExports, runExports } from './export-run.ts';
import type { Precision } from './precision.ts';
import { type PreparedRun, prepareRun, type RunOptions } from './prepare-run.ts';
import { openPrograms, type RunPrograms, type UpdateOptions } from './run-programs.ts';
import {
  type Fingerprints,
  type OtherProducts,
  restoreRunState,
  runFingerprints,
  saveRunState,
} from './run-state.ts';

export type TrainerOptions<Example> = RunOptions<Example> &
  UpdateOptions & {
    /** Names the content of the weights that the run starts from: a state saved with another name is refused. */
    readonly origin?: string | undefined;
    /** Where `saveBaseStates` of an earlier trainer of this run wrote. */
    readonly baseStates?: string | undefined;
    /** A folder on a disk with room for what is kept beside memory; by default the system's. */
    readonly scratchFolder?: string | undefined;
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

/**
 * Prepares a run: checks the examples, plans every step, and compiles the graphs. Throws RangeError
 * naming the example or setting at fault.
 * @example
 * const trainer = await createTrainer({ model, settings, objective: causalLm, examples: [textExample([1, 2, 3])] });
 * while (trainer.step < trainer.totalSteps) await trainer.trainStep();
 */
export async function createTrainer<Example>(
  options: TrainerOptions<Example>,
): Promise<Trainer<Example>> {
  const run = await prepareRun(options);
  const { update, updateThreads, freshBuffers } = options;
  const { baseStates: folder, scratchFolder: scratch = tmpdir() } = options;
  const source = { ...options, objective: run.objective };
  const fingerprints = runFingerprints(options.settings, source, run.modelState.state);
  const place = { folder, run: fingerprints.current, scratch };
  const programs = await openPrograms(run, { update, updateThreads, freshBuffers }, place);
  return new Trainer(run, programs, fingerprints);
}

/** A step's examples as they lie in its micro-batches, and their places among those of the run. */
type TakenStep<Example> = {
  readonly members: readonly Example[];
  readonly microBatches: readonly (readonly (readonly Example[])[])[];
  readonly indices: readonly number[];
  /** The same by micro-batch; none where the examples were made for the step. */
  readonly shown: readonly (readonly number[])[];
};

/** What a step comes to that counts for nothing. */
const nothing = {
  ...{ loss: 0, correct: 0, figures: {}, losses: [] },
  ...{ gradientNorm: 0, lossScale: 1 },
} as const;

/** A run and how far it is. */
export class Trainer<Example> {
  readonly #run: PreparedRun<Example>;
  readonly #programs: RunPrograms<Example>;
  readonly #fingerprints: Fingerprints;
  readonly #exports: RunExports;
  /** In runs of float16. */
  readonly #lossScale: LossScale | undefined;
  readonly #losses: ExampleLosses<Example>;
  #done = 0;
  #failure: DivergedError | undefined;

  constructor(
    run: PreparedRun<Example>,
    programs: RunPrograms<Example>,
    fingerprints: Fingerprints,
  ) {
    const { model, settings, modelState, objective } = run;
    this.#run = run;
    this.#programs = programs;
    this.#fingerprints = fingerprints;
    this.#exports = runExports(model, settings, { modelState, task: objective.task });
    this.#losses = new ExampleLosses(run);
    if (settings.precision === 'float16') this.#lossScale = new LossScale(settings.lossScale);
  }

  get totalSteps(): number {
    return this.#run.plan.totalSteps;
  }

  get precision(): Precision {
    return this.#run.settings.precision;
  }

  get step(): number {
    return this.#done;
  }

  get trainableParameters(): number {
    return parameterCount(this.#run.modelState.parameters);
  }

  /** Static shape of the micro-batches, padding included. */
  get windowShape(): WindowShape {
    return this.#run.plan.shape;
  }

  /** What it saves in an epoch that prompts are shared; undefined where they are not. */
  get sharedTokens(): SharedTokens | undefined {
    return this.#run.plan.shared;
  }

  async trainStep(): Promise<StepMetrics> {
    this.#refuseFailed();
    const { examples, objective, plan } = this.#run;
    await this.#programs.measurements.prepare(examples);
    const started = performance.now();
    const step = plan.step(this.#done);
    const drawn = new Map(
      step.examples.map((index) => {
        const example = examples[index] as Example;
        return [index, objective.inEpoch?.(example, step.epoch) ?? example];
      }),
    );
    const microBatches = step.microBatches.map((windows) =>
      windows.map((window) => window.map((index) => drawn.get(index) as Example)),
    );
    const members = [...drawn.values()];
    const shown = step.microBatches.map((windows) => windows.flat());
    return this.#take({ members, microBatches, indices: step.examples, shown }, started);
  }

  /**
   * Takes a step on examples that were made for it, in windows of `windowShape`. Examples that count for nothing
   * leave the weights as they are. Throws RangeError for one that the objective cannot use.
   */
  async trainOn(microBatches: readonly (readonly (readonly Example[])[])[]): Promise<StepMetrics> {
    this.#refuseFailed();
    const members = microBatches.flat(2);
    checkAll(this.#run.objective, members, this.#run.limits);
    return this.#take({ members, microBatches, indices: [], shown: [] }, performance.now());
  }

  /** ln π of each target of examples, in the windows that they are trained in. */
  async tokenScores(
    weights: 'start' | 'current',
    microBatches: readonly (readonly (readonly Example[])[])[],
  ): Promise<Map<Example, Float32Array>> {
    await this.#settled();
    return this.#programs.tokens[weights].score(microBatches, this.#run.plan.shape);
  }

  async #take(
    { members, microBatches, indices, shown }: TakenStep<Example>,
    started: number,
  ): Promise<StepMetrics> {
    const { examples, objective, settings, plan, seed, model } = this.#run;
    const { runner, measurements, feeds } = this.#programs;
    const done = this.#done;
    const weight = members.reduce((sum, example) => sum + objective.weight(example), 0);
    const learningRate = settings.learningRate * scheduleFactor(settings, done, plan.totalSteps);
    const measured = await measurements.step(members, examples);
    const batches: Record<string, Tensor>[] = [];
    for (const [at, windows] of (weight === 0 ? [] : microBatches).entries())
      batches.push({
        ...(await feeds(windows, { shape: plan.shape, step: members, ...measured })),
        ...randomFeeds(objective, windows, {
          settings,
          ...{ shape: plan.shape, width: model.config.hiddenSize },
          ...{ seed, step: done, microBatch: at },
        }),
      });
    const sums =
      weight === 0
        ? nothing
        : await scaledStep(runner, this.#lossScale, {
            microBatches: batches,
            weight,
            learningRate,
            step: done + 1,
          });
    if (!Number.isFinite(sums.loss) || !Number.isFinite(sums.gradientNorm)) {
      const at = { step: done + 1, examples: indices };
      this.#failure = divergedAt(at, sums.loss, settings.precision);
      // A first step that fails is often the fault of the weights, and then no rate helps.
      if (done === 0) await requireFiniteWeights(model.tensors);
      throw this.#failure;
    }
    this.#done++;
    for (const [at, places] of shown.entries()) this.#losses.add(places, sums.losses[at]);
    const divisor = weight === 0 ? 1 : weight;
    return {
      step: this.#done,
      epoch: this.#done / plan.stepsPerEpoch,
      loss: sums.loss / divisor,
      tokenAccuracy: sums.correct / divisor,
      figures: sums.figures,
      learningRate,
      gradientNorm: sums.gradientNorm,
      ...(this.#lossScale === undefined ? {} : { lossScale: sums.lossScale }),
      supervisedTokens: weight,
      tokens: sizesOf(objective, members).reduce((sum, { tokens }) => sum + tokens, 0),
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** The losses of the examples that steps showed twice or more; none of objectives that tell no loss of each. */
  seenExamples(): readonly SeenExample[] {
    return this.#losses.seen();
  }

  async evaluate(held: readonly Example[]): Promise<Evaluation> {
    await this.#settled();
    const { objective, limits, mostTokens } = this.#run;
    checkAll(objective, held, { ...limits, maxTokens: mostTokens });
    return this.#programs.evaluator.evaluate(held);
  }

  async saveState(folder: string): Promise<void> {
    this.#refuseFailed();
    const { examples, modelState, base } = this.#run;
    const { runner, measurements } = this.#programs;
    await measurements.prepare(examples);
    const measured = measurements.save(examples);
    await runner.settle();
    await saveRunState(folder, modelState.state, {
      ...{ step: this.#done, fingerprint: this.#fingerprints.current, measured },
      lossScale: this.#lossScale?.state,
      losses: this.#losses.stored(),
      ...{ products: await this.#products(), passTokens: this.#passTokens, base },
    });
  }

  /**
   * Writes what a frozen base made of the examples, and of held-out ones that were scored, into folders of `folder`, once: a
   * trainer that is given them as `baseStates` does not compute them. Nothing where the run keeps no such states.
   */
  async saveBaseStates(folder: string): Promise<void> {
    await this.#programs.saveStates(folder);
  }

  /**
   * Goes on from where a trainer of the same run saved its state. Where that one used other products of matrices than this one, or
   * was of an earlier Lathe, it gives both, and the sizes of passes where these differ: what is computed from here on is then the same only up to rounding.
   * Throws ForeignStateError for a state of another run, and CheckpointError for a damaged one.
   */
  async restoreState(folder: string): Promise<OtherProducts | undefined> {
    const { examples, modelState } = this.#run;
    const { runner, measurements } = this.#programs;
    const expected = { fingerprints: this.#fingerprints, measured: measurements.size(examples) };
    const stored = await restoreRunState(folder, modelState.state, expected);
    runner.reset();
    measurements.restore(examples, stored.measured);
    this.#lossScale?.restore(stored.lossScale);
    this.#losses.restore(stored.losses);
    this.#done = stored.step;
    this.#failure = undefined;
    const [before, now] = [stored.maker, await this.#products()];
    if (before === now) return undefined;
    const passTokens = { before: stored.passTokens ?? this.#passTokens, now: this.#passTokens };
    const isOther = passTokens.before !== passTokens.now;
    return { before, now, ...(isOther && { passTokens }) };
  }

  async exportAdapter(folder: string): Promise<void> {
    await this.#settled();
    await this.#exports.exportAdapter(folder);
  }

  async exportMerged(folder: string): Promise<void> {
    await this.#settled();
    await this.#exports.exportMerged(folder);
  }

  async dispose(): Promise<void> {
    await this.#programs.runner.dispose();
    await this.#programs.dispose();
    await this.#programs.evaluator.dispose();
    await this.#programs.measurements.dispose();
    await this.#programs.tokens.start.dispose();
    await this.#programs.tokens.current.dispose();
  }

  get #passTokens(): number {
    const { rows, tokens } = this.windowShape;
    return rows * tokens;
  }

  async #products(): Promise<Products> {
    return (await this.#run.device.products?.()) ?? 'onnxruntime';
  }

  #refuseFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Brings the host's copy of the weights up to date. */
  async #settled(): Promise<void> {
    this.#refuseFailed();
    await this.#programs.runner.settle();
  }
}
