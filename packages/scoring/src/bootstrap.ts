import { drawnSignificance } from './drawn-significance.ts';
import { seededRandom } from './random.ts';
import { normalPoint, normalTail, studentPoint } from './student.ts';

/** A metric of rows: its value on a draw of them, by their numbers, which may repeat. */
export type Metric = (draw: ArrayLike<number>) => number;

export type BootstrapOptions = {
  readonly seed: number;
  /** How many draws; 1,000 by default. */
  readonly draws?: number;
  /** Of each row, where rows are not independent of one another: those of one cluster are drawn together. */
  readonly clusters?: readonly number[] | undefined;
};

/** A value with its 95 % interval. */
export type Interval = { readonly value: number; readonly low: number; readonly high: number };

/**
 * A metric with its 95 % bootstrap interval: as many rows as there are, or as many clusters, drawn with replacement, and the metric
 * computed anew on each draw. The ends are percentiles of those values that are corrected for bias and skewness (BCa: Efron 1987; DiCiccio and Efron
 * 1996), since the values of a ratio of sums, or of rows of which few are far off, do not lie evenly about it, and expanded for few
 * rows. The same for the same seed.
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
  const drawn = distribution(rows, metric, options);
  return { value: drawn.value, ...intervalOf(drawn, shownTail) };
}

/** A difference with its 95 % interval, and how far it varies from draw to draw. */
export type PairedDifference = Interval & {
  readonly standardError: number;
  /** The interval that has to be without zero before the difference is told: wider, since its ends are drawn. */
  readonly decisive: Pick<Interval, 'low' | 'high'>;
};

/** One metric less another on the same rows, both computed on the same draws. */
export function pairedBootstrap(
  rows: number,
  [metric, other]: readonly [Metric, Metric],
  options: BootstrapOptions,
): PairedDifference {
  const difference: Metric = (draw) => metric(draw) - other(draw);
  const drawn = distribution(rows, difference, options);
  const { values, units } = drawn;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const widening = units > 1 ? units / (units - 1) : 1;
  return {
    value: drawn.value,
    ...intervalOf(drawn, shownTail),
    decisive: intervalOf(drawn, drawnSignificance / 2),
    standardError: Math.sqrt((squares / values.length) * widening),
  };
}

type Distribution = {
  /** The metric on the rows as they are. */
  readonly value: number;
  /** The metric on every draw, sorted. */
  readonly values: Float64Array;
  /** Rows, or clusters, that are independent of one another. */
  readonly units: number;
  /** A sixth of the skewness of the metric on the rows (Efron 1987). */
  readonly acceleration: number;
};

function distribution(rows: number, metric: Metric, options: BootstrapOptions): Distribution {
  const values = new Float64Array(options.draws ?? 1000);
  const groups = rowsByCluster(rows, options.clusters);
  const drawn = groups === null ? drawer(rows, options.seed) : clusterDrawer(groups, options.seed);
  for (let at = 0; at < values.length; at++) values[at] = metric(drawn());
  values.sort();
  return {
    ...{ value: metric(allRows(rows)), values, units: groups?.length ?? rows },
    acceleration: accelerationOf(metric, groups ?? Array.from({ length: rows }, (_, row) => [row])),
  };
}

/** More parts than these tell no more of the skewness, and take their time. */
const mostParts = 100;

/**
 * By the jackknife: the metric without each row, or cluster, or without each of a hundred parts of them. The skewness of parts is smaller by the
 * root of their size, as the root of their number is, so it comes to the same.
 */
function accelerationOf(metric: Metric, groups: readonly (readonly number[])[]): number {
  const parts = Math.min(groups.length, mostParts);
  if (parts < 2) return 0;
  const without = Array.from({ length: parts }, (_, part) =>
    metric(groups.flatMap((rows, at) => (at % parts === part ? [] : rows))),
  );
  const mean = without.reduce((sum, value) => sum + value, 0) / parts;
  const moment = (power: number) =>
    without.reduce((sum, value) => sum + (mean - value) ** power, 0);
  const spread = moment(2) ** 1.5;
  return spread > 0 && Number.isFinite(spread) ? moment(3) / (6 * spread) : 0;
}

/** Rows of each cluster; null where every row is independent of all others. Throws a RangeError for another number of rows. */
export function rowsByCluster(
  rows: number,
  clusters: readonly number[] | undefined,
): number[][] | null {
  if (clusters === undefined) return null;
  if (clusters.length !== rows)
    throw new RangeError(`${clusters.length} clusters were given for ${rows} rows`);
  const groups = Map.groupBy(clusters.keys(), (row) => clusters[row]);
  return groups.size === rows ? null : [...groups.values()];
}

/** What an interval that is shown leaves out on either side. */
const shownTail = 0.025;

/**
 * Percentiles are too narrow for few rows, as a variance divided by n is and as the normal's quantiles are against Student's: the tails
 * are made smaller by both (the expanded percentile interval of Hesterberg 2015, section 5.3), before bias and skewness move them.
 */
function intervalOf(
  { value, values, units, acceleration }: Distribution,
  tail: number,
): Pick<Interval, 'low' | 'high'> {
  const point =
    units < 2 ? normalPoint(tail) : Math.sqrt(units / (units - 1)) * studentPoint(tail, units - 1);
  const bias = biasOf(values, value);
  const shareBelow = (z: number) => {
    const moved = bias + z;
    return 1 - normalTail(bias + moved / (1 - acceleration * moved));
  };
  return { low: quantile(values, shareBelow(-point)), high: quantile(values, shareBelow(point)) };
}

/** By how many standard deviations the middle of the draws is off the value; those that equal it count half. */
function biasOf(values: Float64Array, value: number): number {
  let below = 0;
  for (const each of values) below += each < value ? 1 : each > value ? 0 : 0.5;
  // Where all are on one side nothing is known but that it is far.
  const share = Math.min(Math.max(below, 0.5), values.length - 0.5) / values.length;
  return normalPoint(1 - share);
}

function drawer(rows: number, seed: number): () => Int32Array {
  const random = seededRandom(seed);
  const draw = new Int32Array(rows);
  return () => {
    for (let at = 0; at < rows; at++) draw[at] = Math.floor(random() * rows);
    return draw;
  };
}

function clusterDrawer(groups: readonly (readonly number[])[], seed: number): () => number[] {
  const random = seededRandom(seed);
  const draw: number[] = [];
  return () => {
    draw.length = 0;
    for (let at = 0; at < groups.length; at++)
      for (const row of groups[Math.floor(random() * groups.length)] as readonly number[])
        draw.push(row);
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
