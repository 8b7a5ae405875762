import { planBatches } from '../batch/batches.ts';
import { rootSeed } from '../nn/seed.ts';
import { type Objective, sizesOf } from '../objectives/objective.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import { estimateShape, type MemoryEstimateOptions, planForEstimate } from './memory-estimate.ts';

export type RunEstimateOptions<Example> = Pick<
  MemoryEstimateOptions,
  'model' | 'initial' | 'settings'
> & {
  readonly objective: Objective<Example>;
  /** Those of one optimizer step, as long as they come. */
  readonly examples: readonly Example[];
};

/**
 * The most memory of a run, in bytes, each step of which has such examples; it evaluates in between. Nothing is read
 * but the shapes of weights. Throws RangeError when the model cannot be trained so.
 *
 * @example await estimateRun({ model, settings, objective: causalLm, examples: [textExample([1, 2])] })
 */
export async function estimateRun<Example>(options: RunEstimateOptions<Example>): Promise<number> {
  const { settings, examples } = options;
  const plan = await planForEstimate(options);
  const objective = withVirtualTokens(options.objective, plan.adaptation.virtualTokens);
  const sizes = sizesOf(objective, examples);
  const { shape, microBatchesPerStep } = planBatches(
    sizes,
    { ...settings, epochs: 1, undivided: objective.contrastive },
    rootSeed(settings.seed),
  );
  const precision = settings.precision === 'auto' ? 'float32' : settings.precision;
  const given = { ...options, objective, shape, settings: { ...settings, precision } } as const;
  const accumulates = microBatchesPerStep > 1;
  return estimateShape({ ...given, accumulates, evaluates: true }, plan).total;
}
