import { child, permutation, type Seed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { balancedOrder } from './balanced-order.ts';
import { oneEach, packLengths } from './packing.ts';

/** What the plan needs to know of each example. */
export type ExampleSize = { readonly tokens: number; readonly targets: number };

export type BatchSettings = {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly packing: boolean;
  readonly microBatchTokens: number;
  /** Each step in one micro-batch where `microBatchTokens` has room for it, whatever else would waste less. */
  readonly undivided?: boolean | undefined;
  /** The class of each example, of which every epoch shows as many; each example once when absent. */
  readonly strata?: Int32Array | undefined;
};

/** One optimizer step: its examples, and the windows of examples each micro-batch holds. */
type StepPlan = {
  /** 0 for the first pass over the examples. */
  readonly epoch: number;
  readonly examples: readonly number[];
  readonly microBatches: readonly (readonly (readonly number[])[])[];
};

export type BatchPlan = {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly shape: WindowShape;
  /** Most micro-batches in any step; 1 means that no accumulation is needed. */
  readonly microBatchesPerStep: number;
  /** The plan of a step, counted from 0; the same whenever it is asked for. */
  step(index: number): StepPlan;
};

/** Windows and targets are rounded up to a multiple of this, for the sake of the matrix kernels. */
const granule = 16;

/** What an extra run costs, in tokens: keeps tiny micro-batches from looking free. */
const runCost = 48;

/**
 * Plans a whole run. The epoch order is drawn from `seed`; a step takes the next `batchSize` examples
 * (the last step of an epoch what is left; with strata some more than once and others not), packed into windows. One static shape serves every step:
 * windows as long as the longest example, and the number of rows, up to `microBatchTokens`, that
 * wastes the least over all steps. `targets` is the most supervised positions of any micro-batch, rounded
 * up, and `examples` the most examples of any.
 */
export function planBatches(
  sizes: readonly ExampleSize[],
  settings: BatchSettings,
  seed: Seed,
): BatchPlan {
  const stepsPerEpoch = Math.ceil(sizes.length / settings.batchSize);
  const totalSteps = stepsPerEpoch * settings.epochs;
  const tokens = roundUp(sizes.reduce((most, size) => Math.max(most, size.tokens), 1));
  const order = epochOrder(sizes.length, settings, seed);

  const windowsOf = (step: number): { examples: number[]; windows: number[][] } => {
    const from = (step % stepsPerEpoch) * settings.batchSize;
    const epoch = order(Math.floor(step / stepsPerEpoch));
    const examples = [...epoch.subarray(from, from + settings.batchSize)];
    const lengths = examples.map((example) => (sizes[example] as ExampleSize).tokens);
    const packed = settings.packing ? packLengths(lengths, tokens) : oneEach(lengths);
    return {
      examples,
      windows: packed.map((window) => window.map((index) => examples[index] as number)),
    };
  };

  const plans = Array.from({ length: totalSteps }, (_, step) => windowsOf(step).windows);
  const counts = plans.map((windows) => windows.length);
  const rows = settings.undivided
    ? mostRows(counts, tokens, settings.microBatchTokens)
    : chooseRows(counts, tokens, settings.microBatchTokens);
  let targets = 1;
  let most = 1;
  let microBatchesPerStep = 1;
  for (const windows of plans) {
    const groups = inGroups(windows, rows);
    microBatchesPerStep = Math.max(microBatchesPerStep, groups.length);
    for (const group of groups) {
      const count = group.flat().reduce((sum, example) => sum + targetsOf(sizes, example), 0);
      targets = Math.max(targets, count);
      most = Math.max(most, group.flat().length);
    }
  }
  return {
    totalSteps,
    stepsPerEpoch,
    shape: {
      rows,
      tokens,
      targets: Math.min(roundUp(targets), rows * tokens),
      examples: most,
    },
    microBatchesPerStep,
    step(index) {
      if (index < 0 || index >= totalSteps)
        throw new RangeError(`there is no step ${index}; the run has ${totalSteps}`);
      const { examples, windows } = windowsOf(index);
      const epoch = Math.floor(index / stepsPerEpoch);
      return { epoch, examples, microBatches: inGroups(windows, rows) };
    },
  };
}

/** The number of rows for which all steps together run the fewest padded tokens. */
export function chooseRows(
  windowsPerStep: readonly number[],
  tokens: number,
  microBatchTokens: number,
): number {
  const limit = mostRows(windowsPerStep, tokens, microBatchTokens);
  let best = { rows: 1, cost: Number.POSITIVE_INFINITY };
  for (let rows = 1; rows <= limit; rows++) {
    const runs = windowsPerStep.reduce((sum, count) => sum + Math.ceil(count / rows), 0);
    const cost = runs * (rows * tokens + runCost);
    if (cost <= best.cost) best = { rows, cost };
  }
  return best.rows;
}

/** As many rows as the largest step has, or as there is room for. */
function mostRows(
  windowsPerStep: readonly number[],
  tokens: number,
  microBatchTokens: number,
): number {
  const worst = windowsPerStep.reduce((most, count) => Math.max(most, count), 1);
  return Math.max(1, Math.min(worst, Math.floor(microBatchTokens / tokens)));
}

function epochOrder(
  count: number,
  { shuffle, strata }: BatchSettings,
  seed: Seed,
): (epoch: number) => Int32Array {
  const shown = strata && balancedOrder(strata, seed);
  let kept: { epoch: number; order: Int32Array } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) {
      const order = shuffle
        ? permutation(child(seed, 'shuffle', epoch), count)
        : Int32Array.from({ length: count }, (_, index) => index);
      kept = { epoch, order: shown ? takenFrom(shown(epoch), order) : order };
    }
    return kept.order;
  };
}

function takenFrom(examples: Int32Array, order: Int32Array): Int32Array {
  return order.map((at) => examples[at] as number);
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size));
  return groups;
}

function targetsOf(sizes: readonly ExampleSize[], example: number): number {
  return (sizes[example] as ExampleSize).targets;
}

/** Up to a multiple that suits the matrix kernels. */
export function roundUp(count: number): number {
  return Math.ceil(count / granule) * granule;
}
