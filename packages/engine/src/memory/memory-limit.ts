import type { Recipe } from '@lathe/recipe/recipe';
import { type BatchPlan, type ExampleSize, planBatches } from '../batch/batches.ts';
import type { PromptSharing } from '../batch/sharing-plan.ts';
import type { Seed } from '../nn/seed.ts';
import type { ModelPlan } from '../trained/model-state.ts';
import { estimateShape, type MemoryEstimateOptions } from './memory-estimate.ts';

export type MemoryLimitOptions = Omit<
  MemoryEstimateOptions,
  'shape' | 'accumulates' | 'evaluates'
> & {
  readonly plan: Pick<ModelPlan, 'parameters' | 'adaptation'>;
  readonly sizes: readonly ExampleSize[];
  readonly seed: Seed;
  /** The class of each example, where every epoch shows as many of each. */
  readonly strata?: Int32Array | undefined;
  readonly sharing?: PromptSharing | undefined;
  /** As `BatchSettings` has it. */
  readonly hiddenSize?: number | undefined;
};

/** The run does not fit into the memory that it may use, however small its micro-batches are. */
class MemoryLimitError extends RangeError {
  override readonly name = 'MemoryLimitError';
  /** Bytes that it needs at least. */
  readonly needed: number;
  constructor(message: string, needed: number) {
    super(message);
    this.needed = needed;
  }
}

/**
 * The settings with the largest `microBatchTokens` for which the run stays within `memoryLimit`; the settings
 * themselves when there is no limit. Throws MemoryLimitError when one window at a time is too much.
 */
export function withinMemory(options: MemoryLimitOptions): Recipe {
  const { settings, sizes, seed, strata, sharing, hiddenSize } = options;
  const { memoryLimit } = settings;
  if (memoryLimit === null) return settings;
  const undivided = options.objective.contrastive;
  const planFor = (rows: number, tokens: number): BatchPlan =>
    planBatches(
      sizes,
      { ...settings, microBatchTokens: rows * tokens, undivided, strata, sharing, hiddenSize },
      seed,
    );
  const { tokens } = planFor(1, 1).shape;
  const neededBy = (rows: number): number => {
    const { shape, microBatchesPerStep } = planFor(rows, tokens);
    const accumulates = microBatchesPerStep > 1;
    return estimateShape({ ...options, shape, accumulates, evaluates: true }, options.plan).total;
  };
  const smallest = neededBy(1);
  if (smallest > memoryLimit) throw tooMuch(smallest, memoryLimit, tokens);
  // More rows never need less, and no step has more windows than examples.
  let fits = 1;
  const allowed = Math.floor((settings.mostPassTokens ?? Number.POSITIVE_INFINITY) / tokens);
  let most = Math.max(1, Math.min(settings.batchSize, sizes.length, allowed));
  while (fits < most) {
    const rows = Math.ceil((fits + most) / 2);
    if (neededBy(rows) <= memoryLimit) fits = rows;
    else most = rows - 1;
  }
  return { ...settings, microBatchTokens: fits * tokens };
}

function tooMuch(needed: number, limit: number, tokens: number): MemoryLimitError {
  return new MemoryLimitError(
    `training needs about ${mebibytes(needed)} with one window of ${tokens} tokens at a time, and may use ${mebibytes(limit)}: shorter examples, recomputeActivations, a LoRA of a smaller rank or a smaller model need less`,
    needed,
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
