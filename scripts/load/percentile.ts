/** Where a distribution lies. */
export type Spread = { readonly p50: number; readonly p95: number; readonly p99: number };

/**
 * The value below which `percent` of the values lie, interpolated between the two nearest ranks
 * (Hyndman and Fan's definition 7, NumPy's default). NaN for no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (rank - Math.floor(rank));
}

/** The usual three percentiles. */
export function spread(values: readonly number[]): Spread {
  return {
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    p99: percentile(values, 99),
  };
}
