/** The one table of how far numbers may differ: |a − b| ≤ tolerance · (1 + |b|), unless said otherwise. */
export const tolerances = {
  /** A float64 kernel against the plain float64 reference. */
  float64: 1e-11,
  /** A gradient in float64 against central differences, whose own error is below 1e-9. */
  difference: 1e-8,
  /** A float32 kernel against the float64 reference, and its gradient against the float64 one. */
  float32: 5e-6,
} as const;

/** The largest |a − b| / (1 + |b|); infinite when lengths differ or a number is missing. */
export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return worst;
}
