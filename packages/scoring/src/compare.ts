import {
  type BootstrapOptions,
  type Metric,
  type PairedDifference,
  pairedBootstrap,
} from './bootstrap.ts';
import { drawnSignificance } from './drawn-significance.ts';
import { mcnemar } from './mcnemar.ts';
import { rowsForDifference, rowsForRates } from './power.ts';
import { randomisationTest } from './randomisation.ts';

/** What the difference of a tuned model from another contestant comes to. */
export type Outcome = {
  readonly difference: number;
  readonly pValue: number;
  readonly verdict: 'improved' | 'regressed' | 'cannot tell';
  /** Where it cannot be told: rows like these, a million at most, that would show a difference as large in 80 of 100 cases. */
  readonly rowsNeeded?: number;
};

/** How many rows only one of two was right about. */
export type UnevenRows = { readonly onlyTunedRight: number; readonly onlyOtherRight: number };

/** Below this the difference is not put down to chance. */
const significance = 0.05;
/** A difference that needs more rows than that is none, or sums whose last bits differ. */
const mostRowsAdvised = 1_000_000;

/**
 * The tuned model's rate of right answers against another's on the same rows, each a row of its own; `true` where an answer was right.
 * By the exact McNemar test.
 *
 * @example const { verdict } = compareRates([true, true, false], [false, true, false]); // 'cannot tell'
 */
export function compareRates(
  tuned: readonly boolean[],
  other: readonly boolean[],
): Outcome & UnevenRows {
  const rows = tuned.length;
  const uneven = unevenRows(tuned, other);
  const { onlyTunedRight, onlyOtherRight } = uneven;
  const difference = rows === 0 ? 0 : (onlyTunedRight - onlyOtherRight) / rows;
  const pValue = mcnemar(onlyTunedRight, onlyOtherRight);
  const verdict = verdictFor({ difference, pValue });
  const discordance = (onlyTunedRight + onlyOtherRight) / rows;
  return {
    difference,
    ...uneven,
    pValue,
    verdict,
    ...(verdict === 'cannot tell' && difference !== 0
      ? advised(rowsForRates({ gain: Math.abs(difference), discordance }))
      : {}),
  };
}

function advised(rows: number): Pick<Outcome, 'rowsNeeded'> {
  return rows > mostRowsAdvised ? {} : { rowsNeeded: rows };
}

/** What is compared by any metric, or where rows stand in clusters. */
export type MeasuredRows = {
  readonly rows: number;
  readonly metrics: readonly [tuned: Metric, other: Metric];
  /** The metric on the rows twice: the tuned model's answers from 0 on, the other's from `rows` on. */
  readonly both: Metric;
  readonly lowerIsBetter?: true | undefined;
};

/**
 * The tuned model's metric against another's on the same rows: the difference with its interval by the paired bootstrap, and how likely
 * it is by chance, by approximate randomisation. It is told where both say so, and so never more often by chance than by the better of
 * the two (an intersection-union test: Berger 1982): randomisation is exact for ratios of few rows too where the two differ by chance alone; the
 * interval holds as well where they are as good in different ways, such as one that is mostly better and seldom far worse.
 *
 * @example
 * const of = (values: number[]) => (draw: ArrayLike<number>) =>
 *   Array.from(draw).reduce((sum, row) => sum + (values[row] ?? 0), 0) / draw.length;
 * const both = of([1, 2, 1, 1]);
 * const { low, high } = compareMetrics({ rows: 2, metrics: [of([1, 2]), of([1, 1])], both }, { seed: 0 });
 */
export function compareMetrics(
  measured: MeasuredRows,
  options: BootstrapOptions,
): Outcome & {
  readonly low: number;
  readonly high: number;
} {
  const { difference, low, high, pValue, ...found } = measureDifference(measured, options);
  const { lowerIsBetter, rows } = measured;
  const { decisive: interval, standardError } = found;
  const verdict = verdictFor({ difference, pValue, interval, lowerIsBetter });
  return {
    difference,
    ...{ low, high, pValue, verdict },
    ...(verdict === 'cannot tell' && difference !== 0 && standardError > 0
      ? advised(rowsForDifference({ gain: Math.abs(difference), standardError, rows }))
      : {}),
  };
}

/** A difference with its interval, the interval that decides, and how likely it is by chance: what a verdict follows from. */
export function measureDifference(
  { rows, metrics, both }: MeasuredRows,
  options: BootstrapOptions,
): Omit<PairedDifference, 'value'> & Pick<Outcome, 'difference' | 'pValue'> {
  const { value: difference, ...interval } = pairedBootstrap(rows, metrics, options);
  return { difference, ...interval, pValue: randomisationTest(rows, both, options) };
}

/**
 * What a difference means. One with an interval, the one that decides, has a p-value that is drawn; zero must be outside of the interval, too.
 *
 * @example verdictFor({ difference: -0.1, pValue: 0.01 }); // 'regressed'
 */
export function verdictFor({
  difference,
  pValue,
  interval,
  lowerIsBetter,
}: {
  readonly difference: number;
  readonly pValue: number;
  readonly interval?: Readonly<Record<'low' | 'high', number>> | undefined;
  readonly lowerIsBetter?: true | undefined;
}): Outcome['verdict'] {
  const level = interval === undefined ? significance : drawnSignificance;
  if (!(pValue < level) || difference === 0) return 'cannot tell';
  if (interval && interval.low <= 0 && interval.high >= 0) return 'cannot tell';
  return difference > 0 === (lowerIsBetter === undefined) ? 'improved' : 'regressed';
}

/**
 * Rows that only one of the two was right about. Throws a RangeError when they have not the same number of rows.
 *
 * @example unevenRows([true, false], [false, false]); // { onlyTunedRight: 1, onlyOtherRight: 0 }
 */
export function unevenRows(tuned: readonly boolean[], other: readonly boolean[]): UnevenRows {
  if (tuned.length !== other.length)
    throw new RangeError(`${tuned.length} rows cannot be compared with ${other.length}`);
  return {
    onlyTunedRight: tuned.filter((right, row) => right && !other[row]).length,
    onlyOtherRight: tuned.filter((right, row) => !right && other[row]).length,
  };
}
