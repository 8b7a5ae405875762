import { packLengths } from './packing.ts';
import { packShared, type SharingUnit, sharedSize, sortByTokens } from './shared-prompts.ts';
import { chooseRows, roundDown, roundUp, runCost, runsOf } from './window-rows.ts';

/** When it is worth it to compute what examples begin with once. */
export type SharingChoice = {
  /** Share even where it saves too little to be worth another window; see `worthwhile`. */
  readonly always: boolean;
  /** The model's hidden size, beside which attention over a window costs more or less. */
  readonly hiddenSize: number;
};

/** How what examples begin with may be computed once. */
export type PromptSharing = SharingChoice & {
  /** The token sequences of an example by its index. */
  sequences(example: number): readonly Int32Array[];
};

/** A step's examples in the order of their tokens, with their places among those of the run. */
export type StepUnits = {
  readonly examples: readonly number[];
  readonly units: readonly SharingUnit[];
};

/** Most of what a step costs without sharing at which it is done. */
const worthwhile = 0.9;

/** Widths that are looked at: those in which the largest step takes 1, 2, … windows. */
const mostDivisions = 8;

/** Steps of the epoch that are looked at to choose a width. */
const lookedAt = 256;

/** A token's attention over a window of `attentionScale` · hiddenSize tokens costs as much as all else that is done for it. */
const attentionScale = 8;

/** The examples of a step as `sharedWindows` lays them. */
export function stepUnits({ sequences }: PromptSharing, examples: readonly number[]): StepUnits {
  const all = examples.map((example) => sequences(example));
  const { order, shared } = sortByTokens(all.map(([first]) => first ?? new Int32Array()));
  return {
    examples: Array.from(order, (index) => examples[index] as number),
    units: Array.from(order, (index, at) => ({
      size: sharedSize(all[index] ?? []),
      shared: shared[at] as number,
    })),
  };
}

/** A step's windows of so many tokens: by what examples have in common, or by their lengths where that takes fewer. */
export function sharedWindows({ examples, units }: StepUnits, tokens: number): number[][] {
  const alike = packShared(units, { tokens });
  const sized = packLengths(
    units.map(({ size }) => size),
    tokens,
  );
  const windows = sized.length < alike.length ? sized : alike;
  return windows.map((window) => window.map((index) => examples[index] as number));
}

/**
 * Tokens of the widest window in which prompts are shared, where windows of `longest` tokens would hold an example each: it
 * takes no more memory than the `rows` of those that a micro-batch has, attention's square included; where it has only one, an
 * eighth more tokens, for else a long prompt would have no room for a second answer.
 */
export function widestShared({
  longest,
  batchSize,
  microBatchTokens,
}: {
  readonly longest: number;
  readonly batchSize: number;
  readonly microBatchTokens: number;
}): { readonly rows: number; readonly tokens: number } {
  const rows = chooseRows([batchSize], longest, microBatchTokens);
  const tokens = Math.min(microBatchTokens, longest * (rows === 1 ? 1.125 : Math.sqrt(rows)));
  return { rows, tokens: Math.max(longest, roundDown(tokens)) };
}

/** The windows in which sharing prompts costs least; undefined where it is not worth it. */
export function sharedWidth(
  sharing: PromptSharing,
  run: {
    /** Tokens of the longest example, rounded up. */
    readonly longest: number;
    readonly batchSize: number;
    readonly microBatchTokens: number;
    /** Examples of the run. */
    readonly count: number;
    /** The examples of each step of an epoch. */
    readonly steps: readonly (readonly number[])[];
    windowsApart(examples: readonly number[]): readonly unknown[];
  },
): { readonly tokens: number; readonly rows: number } | undefined {
  const { longest, microBatchTokens } = run;
  const every = Math.ceil(run.steps.length / lookedAt);
  const steps = run.steps.filter((_, step) => step % every === 0);
  const costOf = (counts: readonly number[], rows: number, tokens: number): number => {
    const each = 1 + tokens / (attentionScale * sharing.hiddenSize);
    return runsOf(counts, rows) * (rows * tokens * each + runCost);
  };
  const apart = steps.map((examples) => run.windowsApart(examples).length);
  const cheapest = costOf(apart, chooseRows(apart, longest, microBatchTokens), longest);
  const widest = widestShared(run);
  let most = 1;
  for (let example = 0; example < run.count; example++)
    most = Math.max(most, sharedSize(sharing.sequences(example)));
  const shortest = roundUp(most);
  const units = steps.map((examples) => stepUnits(sharing, examples));
  const largest = Math.max(...units.map((step) => sizeOf(step.units)));
  let best: { tokens: number; rows: number; cost: number } | undefined;
  for (let parts = 0; parts <= mostDivisions; parts++) {
    const wanted = parts === 0 ? shortest : roundUp(largest / parts);
    const tokens = Math.max(shortest, Math.min(wanted, widest.tokens));
    const counts = units.map((step) => sharedWindows(step, tokens).length);
    const room = Math.min(
      Math.floor((widest.rows * longest) / tokens),
      Math.floor((widest.rows * longest ** 2) / tokens ** 2),
    );
    const rows = chooseRows(counts, tokens, Math.max(1, room) * tokens);
    const cost = costOf(counts, rows, tokens);
    if (best === undefined || cost < best.cost) best = { tokens, rows, cost };
  }
  if (best === undefined || best.cost > cheapest * (sharing.always ? 1 : worthwhile))
    return undefined;
  return best;
}

/** Tokens of a step in one window. */
function sizeOf(units: readonly SharingUnit[]): number {
  return units.reduce((sum, { size, shared }) => sum + size - shared, 0);
}
