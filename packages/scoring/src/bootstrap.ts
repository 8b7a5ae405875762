import { seededRandom } from './random.ts';

/** A metric of rows: its value on a draw of them, by their numbers, which may repeat. */
export type Metric = (draw: ArrayLike<number>) => number;

export type BootstrapOptions = {
  readonly seed: number;
  /** How many draws; 1,000 by default. */
  readonly draws?: number;
};

/** A value with its 95 % interval. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number };

/**
 * A metric with its 95 % bootstrap percentile interval (Efron 1979): as many rows as there are, drawn with replacement, the metric
 * computed anew on each draw. The same for the same seed.
 *
 * @example
 * const right = [1, 0, 1, 1];
 * const { low, high } = bootstrap(
 *   right.length,
 *   (draw) => Array.from(draw).reduce((sum, row) => sum + (right[row] ?? 0), 0) / draw.length,
 *   { seed: 0 },
 * );
 */
export function bootstrap(rows: number, metric: Metric, options: BootstrapOptions): Interval {
  const values = new Float64Array(options.draws ?? 1000);
  const drawn = drawer(rows, options.seed);
  for (let at = 0; at < values.length; at++) values[at] = metric(drawn());
  values.sort();
  return {
    value: metric(allRows(rows)),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
  };
}

/** A difference with its 95 % interval, and how likely one as large is by chance. */
export type PairedDifference = Interval & { readonly pValue: number };

/**
 * One metric less another on the same rows, both computed on the same draws. The p-value is two-sided: twice the smaller share
 * of draws on either side of no difference, never 0 ((k + 1)/(n + 1), Davison and Hinkley 1997).
 */
export function pairedBootstrap(
  rows: number,
  [metric, other]: readonly [Metric, Metric],
  options: BootstrapOptions,
): PairedDifference {
  const difference: Metric = (draw) => metric(draw) - other(draw);
  const values = new Float64Array(options.draws ?? 1000);
  const drawn = drawer(rows, options.seed);
  for (let at = 0; at < values.length; at++) values[at] = difference(drawn());
  values.sort();
  const below = values.filter((value) => value <= 0).length;
  const above = values.filter((value) => value >= 0).length;
  return {
    value: difference(allRows(rows)),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
    pValue: Math.min(1, (2 * (Math.min(below, above) + 1)) / (values.length + 1)),
  };
}

function drawer(rows: number, seed: number): () => Int32Array {
  const random = seededRandom(seed);
  const draw = new Int32Array(rows);
  return () => {
    for (let at = 0; at < rows; at++) draw[at] = Math.floor(random() * rows);
    return draw;
  };
}

function allRows(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

/** A quantile of sorted values, interpolated between the two nearest as numpy does by default. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
}
