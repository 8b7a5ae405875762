import { type BatchSettings, planBatches } from '../batch/batches.ts';
import { type BatchContext, batchFeeds } from '../batch/feeds.ts';
import { fillMicroBatch } from '../batch/packing.ts';
import type { SharingChoice } from '../batch/sharing-plan.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { type Forward, type Objective, sizesOf, type VectorData } from '../objectives/objective.ts';
import type { Device } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';
import { lossGraph } from '../step/graphs.ts';
import { createTally } from '../update/tally.ts';
import type { Measurements } from './measurements.ts';

/** How well a model predicts the targets of some examples; `loss` is the mean over all targets. */
export type Evaluation = {
  readonly loss: number;
  readonly tokenAccuracy: number;
  /** Means of further figures that the objective names, and the metrics of its scorecard. */
  readonly figures: Readonly<Record<string, number>>;
  readonly supervisedTokens: number;
};

export type EvaluatorOptions<Example> = {
  readonly objective: Objective<Example>;
  readonly device: Device;
  readonly mapFolder: string;
  readonly settings: Pick<BatchSettings, 'packing' | 'microBatchTokens'> & {
    /** Examples that are compared with each other, where the objective does that; all by default. */
    readonly batchSize?: number;
  };
  /** When windows share what their examples begin with, for an objective with `sharesPrompts`. */
  readonly sharing?: SharingChoice | undefined;
  forward(shape: WindowShape): Forward;
  /** The inputs of a micro-batch, where the forward pass begins elsewhere than at the tokens. */
  readonly feeds?: (
    windows: readonly (readonly Example[])[],
    context: BatchContext<Example>,
  ) => Record<string, Tensor>;
  /** Feeds of the current weights. */
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
  /** Where the objective needs log-probabilities beside its own forward pass. */
  readonly measurements?: Pick<Measurements<Example>, 'prepare' | 'step'>;
};

export type Evaluator<Example> = {
  evaluate(examples: readonly Example[]): Promise<Evaluation>;
  dispose(): Promise<void>;
};

/** Evaluates with programs of their own, one a window shape; the latest is kept for the next time. */
export function createEvaluator<Example>(options: EvaluatorOptions<Example>): Evaluator<Example> {
  const { objective, mapFolder } = options;
  const feedsOf: NonNullable<typeof options.feeds> =
    options.feeds ?? ((windows, context) => batchFeeds(objective, windows, context));
  const programs = new KeptPrograms(1);

  return {
    async evaluate(examples) {
      const sizes = sizesOf(objective, examples);
      const batchSize = (objective.contrastive && options.settings.batchSize) || sizes.length;
      const plan = planBatches(
        sizes,
        {
          ...options.settings,
          epochs: 1,
          shuffle: false,
          batchSize,
          undivided: objective.contrastive,
          sharing: options.sharing && {
            ...options.sharing,
            sequences: (index) => objective.sequences(examples[index] as Example),
          },
        },
        rootSeed(0),
      );
      objective.checkPlan?.({ microBatchesPerStep: plan.microBatchesPerStep });
      await options.measurements?.prepare(examples);
      const program = await programs.get(JSON.stringify(plan.shape), () =>
        options.device.compile(evaluationGraph(options.forward(plan.shape), objective), {
          mapFolder,
        }),
      );
      const tally = createTally();
      const scorecard = objective.scored?.open(examples);
      for (let at = 0; at < plan.totalSteps; at++) {
        const { examples: indices, microBatches } = plan.step(at);
        const step = indices.map((index) => examples[index] as Example);
        const measured = await options.measurements?.step(step, examples);
        for (const windows of microBatches) {
          const placed = windows.map((window) => window.map((index) => examples[index] as Example));
          const feeds = feedsOf(placed, { shape: plan.shape, step, ...measured });
          const outputs = await program.run({ ...options.parameterFeeds, ...feeds });
          tally.add(outputs);
          const { placed: all } = fillMicroBatch(placed, plan.shape, objective);
          scorecard?.add(all, vectorsOf(outputs), plan.shape);
        }
      }
      const weight = examples.reduce((sum, example) => sum + objective.weight(example), 0);
      const { loss, correct, figures } = tally.done();
      // Without a target nothing was answered, and nothing wrongly.
      const share = weight === 0 ? 1 : weight;
      return {
        loss: loss / share,
        tokenAccuracy: correct / share,
        figures: { ...figures, ...scorecard?.figures() },
        supervisedTokens: weight,
      };
    },
    dispose: () => programs.dispose(),
  };
}

const vectorPrefix = 'vector.';

/** The graph of losses, with the vectors that the objective's scorecard reads. */
function evaluationGraph<Example>(forward: Forward, objective: Objective<Example>): Graph {
  const { outputs } = lossGraph(forward);
  if (objective.scored === undefined) return { outputs };
  const vectors = Object.entries(forward.vectors ?? {}).map(
    ([name, value]) => [`${vectorPrefix}${name}`, value] as const,
  );
  return { outputs: { ...outputs, ...Object.fromEntries(vectors) } };
}

function vectorsOf(outputs: Readonly<Record<string, Tensor>>): VectorData {
  const found: Record<string, Float32Array> = {};
  for (const [name, { data }] of Object.entries(outputs))
    if (name.startsWith(vectorPrefix))
      found[name.slice(vectorPrefix.length)] = data as Float32Array;
  return found;
}
