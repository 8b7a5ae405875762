import { child, permutation, type Seed } from '../nn/seed.ts';
import type { WindowShape } from '../nn/window.ts';
import { balancedOrder } from './balanced-order.ts';
import { oneEach, packLengths } from './packing.ts';
import { sharedSize } from './shared-prompts.ts';
import { type PromptSharing, sharedWindows, sharedWindowsPlan, stepUnits } from './sharing-plan.ts';
import { chooseRows, inGroups, mostRows, roundUp } from './window-rows.ts';
import { cheapestWindows, someSteps, widerWindows } from './window-width.ts';

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
  /** The model's, where windows may be wider than the longest example if that costs less; as wide as that when absent. */
  readonly hiddenSize?: number | undefined;
  /** How what examples begin with may be computed once in a window; each stands alone when absent. */
  readonly sharing?: PromptSharing | undefined;
};

/** One optimizer step: its examples, and the windows of examples each micro-batch holds. */
type StepPlan = {
  /** 0 for the first pass over the examples. */
  readonly epoch: number;
  readonly examples: readonly number[];
  readonly microBatches: readonly (readonly (readonly number[])[])[];
};

/** Tokens of the examples of an epoch, and those of them that go through the model. */
export type SharedTokens = { readonly tokens: number; readonly computed: number };

export type BatchPlan = {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly shape: WindowShape;
  /** Most micro-batches in any step; 1 means that no accumulation is needed. */
  readonly microBatchesPerStep: number;
  /** What sharing prompts saves in the first epoch; undefined where windows are laid out without it. */
  readonly shared: SharedTokens | undefined;
  /** The plan of a step, counted from 0; the same whenever it is asked for. */
  step(index: number): StepPlan;
};

/**
 * Plans a whole run. The epoch order is drawn from `seed`; a step takes the next `batchSize` examples
 * (the last step of an epoch what is left; with strata some more than once and others not), packed into windows. One static shape serves every step:
 * windows as long as the longest example, or where `hiddenSize` is told longer if that costs less, and the number of rows, up to
 * `microBatchTokens`, that wastes the least over all steps. Where prompts are shared, which is done where it costs less still,
 * windows hold what their examples begin with once. `targets` is the most supervised positions of any micro-batch, rounded
 * up, and `examples` the most examples of any.
 */
export function planBatches(
  sizes: readonly ExampleSize[],
  settings: BatchSettings,
  seed: Seed,
): BatchPlan {
  const { batchSize, microBatchTokens, sharing } = settings;
  const stepsPerEpoch = Math.ceil(sizes.length / batchSize);
  const totalSteps = stepsPerEpoch * settings.epochs;
  const longest = roundUp(sizes.reduce((most, size) => Math.max(most, size.tokens), 1));
  const order = epochOrder(sizes.length, settings, seed);

  const examplesOf = (step: number): number[] => {
    const from = (step % stepsPerEpoch) * batchSize;
    return [...order(Math.floor(step / stepsPerEpoch)).subarray(from, from + batchSize)];
  };
  const windowsApart = (examples: readonly number[], tokens: number): number[][] => {
    const lengths = examples.map((example) => (sizes[example] as ExampleSize).tokens);
    const packed = settings.packing ? packLengths(lengths, tokens) : oneEach(lengths);
    return packed.map((window) => window.map((index) => examples[index] as number));
  };
  const run = {
    ...{ longest, microBatchTokens, batchSize: Math.min(batchSize, sizes.length) },
    hiddenSize: settings.hiddenSize ?? sharing?.hiddenSize ?? 1,
    steps: someSteps(Array.from({ length: stepsPerEpoch }, (_, step) => examplesOf(step))),
  };
  const countsOf = (tokens: number): number[] =>
    run.steps.map((examples) => windowsApart(examples, tokens).length);
  const isWider = settings.packing && !settings.undivided && settings.hiddenSize !== undefined;
  const apart = isWider ? widerWindows(run, countsOf) : cheapestWindows(run, [longest], countsOf);
  const alike =
    sharing && sharedWindowsPlan(sharing, { ...run, count: sizes.length, apart: apart.cost });
  const { tokens } = alike ?? apart;
  const windowsOf = (examples: readonly number[]): number[][] =>
    sharing === undefined || alike === undefined
      ? windowsApart(examples, tokens)
      : sharedWindows(stepUnits(sharing, examples), tokens);
  const plans = Array.from({ length: totalSteps }, (_, step) => windowsOf(examplesOf(step)));
  const windowsPerStep = plans.map((windows) => windows.length);
  const ownRows = (): number =>
    settings.undivided
      ? mostRows(windowsPerStep, tokens, microBatchTokens)
      : chooseRows(windowsPerStep, tokens, microBatchTokens);
  const rows = (alike ?? (tokens > longest ? apart : undefined))?.rows ?? ownRows();
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
      // Several targets may be told from one token, where prompts are shared.
      targets: alike === undefined ? Math.min(roundUp(targets), rows * tokens) : roundUp(targets),
      examples: most,
    },
    microBatchesPerStep,
    shared: sharing && alike && savedTokens(plans.slice(0, stepsPerEpoch).flat(), sizes, sharing),
    step(index) {
      if (index < 0 || index >= totalSteps)
        throw new RangeError(`there is no step ${index}; the run has ${totalSteps}`);
      const examples = examplesOf(index);
      const epoch = Math.floor(index / stepsPerEpoch);
      return { epoch, examples, microBatches: inGroups(windowsOf(examples), rows) };
    },
  };
}

function savedTokens(
  windows: readonly (readonly number[])[],
  sizes: readonly ExampleSize[],
  { sequences }: PromptSharing,
): SharedTokens {
  let tokens = 0;
  let computed = 0;
  for (const window of windows) {
    for (const example of window) tokens += (sizes[example] as ExampleSize).tokens;
    computed += sharedSize(window.flatMap((example) => sequences(example)));
  }
  return { tokens, computed };
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

function targetsOf(sizes: readonly ExampleSize[], example: number): number {
  return (sizes[example] as ExampleSize).targets;
}
