import { chooseRows, roundDown, roundUp, windowsCost } from './window-rows.ts';

/** What decides how wide windows should be. */
export type WidthRun = {
  /** Tokens of the longest example, rounded up. */
  readonly longest: number;
  readonly batchSize: number;
  readonly microBatchTokens: number;
  readonly hiddenSize: number;
  /** The examples of those steps of an epoch that are looked at. */
  readonly steps: readonly (readonly number[])[];
};

export type ChosenWindows = {
  readonly tokens: number;
  readonly rows: number;
  /** Of the steps that were looked at, as `windowsCost` tells it. */
  readonly cost: number;
};

/** Steps that are looked at to choose a width. */
const lookedAt = 256;

/** Widths that are looked at beside the longest example's. */
const mostWidths = 16;

/** Steps of an epoch, or where it has many a part of them that lies all over it. */
export function someSteps<T>(steps: readonly T[]): T[] {
  const every = Math.ceil(steps.length / lookedAt);
  return steps.filter((_, step) => step % every === 0);
}

/**
 * Tokens of the widest window, where windows of `longest` tokens would hold an example each: it takes no more memory than the
 * `rows` of those that a micro-batch has, attention's square included; where it has only one, an eighth more tokens, for else
 * a long prompt would have no room for a second answer.
 */
export function widestWindow({
  longest,
  batchSize,
  microBatchTokens,
}: Pick<WidthRun, 'longest' | 'batchSize' | 'microBatchTokens'>): {
  readonly rows: number;
  readonly tokens: number;
} {
  const rows = chooseRows([batchSize], longest, microBatchTokens);
  const tokens = Math.min(microBatchTokens, longest * (rows === 1 ? 1.125 : Math.sqrt(rows)));
  return { rows, tokens: Math.max(longest, roundDown(tokens)) };
}

/** Of windows of some widths, and of so many of them in a run as memory has room for, those that cost the least. */
export function cheapestWindows(
  run: WidthRun,
  widths: readonly number[],
  windowsPerStep: (tokens: number) => readonly number[],
): ChosenWindows {
  const { longest, microBatchTokens, hiddenSize } = run;
  const widest = widestWindow(run);
  let best: ChosenWindows | undefined;
  for (const tokens of new Set(widths)) {
    const counts = windowsPerStep(tokens);
    const room =
      tokens <= longest
        ? Math.floor(microBatchTokens / tokens)
        : Math.min(
            Math.floor((widest.rows * longest) / tokens),
            Math.floor((widest.rows * longest ** 2) / tokens ** 2),
          );
    const rows = chooseRows(counts, tokens, Math.max(1, room) * tokens);
    const cost = windowsCost(counts, { rows, tokens }, hiddenSize);
    if (best === undefined || cost < best.cost) best = { tokens, rows, cost };
  }
  if (best === undefined) throw new Error('no width was looked at');
  return best;
}

/** The windows in which a run's examples cost least where they lie one after another; as wide as the longest or wider. */
export function widerWindows(
  run: WidthRun,
  windowsPerStep: (tokens: number) => readonly number[],
): ChosenWindows {
  const { longest } = run;
  const { tokens: widest } = widestWindow(run);
  const apart = Math.max(1, roundUp((widest - longest) / mostWidths));
  const widths = [longest];
  while ((widths.at(-1) as number) + apart <= widest)
    widths.push((widths.at(-1) as number) + apart);
  return cheapestWindows(run, widths, windowsPerStep);
}
