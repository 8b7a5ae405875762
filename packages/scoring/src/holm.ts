/**
 * P-values of tests that are looked at together, so that one below 0.05 among them by chance is as rare as for a single test (Holm
 * 1979): in rising order the i-th of m is multiplied by m − i + 1, never below the one before it nor above 1. In the order given.
 *
 * @example holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  for (const [place, at] of order.entries()) {
    least = Math.min(1, Math.max(least, (pValues[at] ?? 0) * (pValues.length - place)));
    adjusted[at] = least;
  }
  return adjusted;
}
