import type { Tensor } from '../graph/tensor.ts';
import { rootSeed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { type Forward, type Objective, tokenCount } from '../objectives/objective.ts';
import type { Device, Program } from '../runtime/device.ts';
import { lossGraph } from '../step/graphs.ts';
import { type BatchSettings, planBatches } from './batches.ts';
import { batchFeeds } from './feeds.ts';

/** How well a model predicts the targets of some examples; `loss` is the mean over all targets. */
export type Evaluation = {
  readonly loss: number;
  readonly tokenAccuracy: number;
  readonly supervisedTokens: number;
};

export type EvaluatorOptions<Example> = {
  readonly objective: Objective<Example>;
  readonly device: Device;
  readonly mapFolder: string;
  readonly settings: Pick<BatchSettings, 'packing' | 'microBatchTokens'>;
  forward(shape: WindowShape): Forward;
  /** Feeds of the current weights. */
  readonly parameterFeeds: Readonly<Record<string, Tensor>>;
};

export type Evaluator<Example> = {
  evaluate(examples: readonly Example[]): Promise<Evaluation>;
  dispose(): Promise<void>;
};

/** Evaluates with programs of their own, one a window shape; the latest is kept for the next time. */
export function createEvaluator<Example>(options: EvaluatorOptions<Example>): Evaluator<Example> {
  const { objective } = options;
  let kept: { readonly key: string; readonly program: Program } | undefined;

  async function programFor(shape: WindowShape): Promise<Program> {
    const key = JSON.stringify(shape);
    if (kept?.key === key) return kept.program;
    await kept?.program.dispose();
    kept = undefined;
    const program = await options.device.compile(lossGraph(options.forward(shape)), {
      mapFolder: options.mapFolder,
    });
    kept = { key, program };
    return program;
  }

  return {
    async evaluate(examples) {
      const sizes = examples.map((example) => ({
        tokens: tokenCount(objective, example),
        targets: objective.targets(example),
      }));
      const plan = planBatches(
        sizes,
        { ...options.settings, epochs: 1, shuffle: false, batchSize: examples.length },
        rootSeed(0),
      );
      const program = await programFor(plan.shape);
      let loss = 0;
      let correct = 0;
      for (const windows of plan.step(0).microBatches) {
        const placed = windows.map((window) => window.map((index) => examples[index] as Example));
        const outputs = await program.run({
          ...options.parameterFeeds,
          ...batchFeeds(objective, placed, { shape: plan.shape, step: examples }),
        });
        loss += Number(outputs.loss?.data[0]);
        correct += Number(outputs.correct?.data[0]);
      }
      const weight = examples.reduce((sum, example) => sum + objective.weight(example), 0);
      return {
        loss: loss / weight,
        tokenAccuracy: correct / weight,
        supervisedTokens: weight,
      };
    },
    async dispose() {
      await kept?.program.dispose();
      kept = undefined;
    },
  };
}
