import { packLengths } from './packing.ts';
import { packShared, type SharingUnit, sharedSize, sortByTokens } from './shared-prompts.ts';
import { roundUp } from './window-rows.ts';
import {
  type ChosenWindows,
  cheapestWindows,
  type WidthRun,
  widestWindow,
} from './window-width.ts';

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

/** The windows in which sharing prompts costs least; undefined where it costs more than `worthwhile` of what `apart` does. */
export function sharedWindowsPlan(
  sharing: PromptSharing,
  run: WidthRun & {
    /** Examples of the run. */
    readonly count: number;
    /** What the run costs without. */
    readonly apart: number;
  },
): Omit<ChosenWindows, 'cost'> | undefined {
  const widest = widestWindow(run);
  let most = 1;
  for (let example = 0; example < run.count; example++)
    most = Math.max(most, sharedSize(sharing.sequences(example)));
  const shortest = roundUp(most);
  const units = run.steps.map((examples) => stepUnits(sharing, examples));
  const largest = Math.max(...units.map((step) => sizeOf(step.units)));
  const widths = Array.from({ length: mostDivisions + 1 }, (_, parts) => {
    const wanted = parts === 0 ? shortest : roundUp(largest / parts);
    return Math.max(shortest, Math.min(wanted, widest.tokens));
  });
  const best = cheapestWindows(run, widths, (tokens) =>
    units.map((step) => sharedWindows(step, tokens).length),
  );
  return best.cost > run.apart * (sharing.always ? 1 : worthwhile) ? undefined : best;
}

/** Tokens of a step in one window. */
function sizeOf(units: readonly SharingUnit[]): number {
  return units.reduce((sum, { size, shared }) => sum + size - shared, 0);
}
