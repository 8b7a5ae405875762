/**
 * Two-sided exact McNemar test: how likely a split of the rows that only one of two was right about
 * is at least as uneven as `a` to `b`, when both are equally good. 1 when there are none.
 *
 * @example mcnemar(15, 5); // 0.0414
 */
export function mcnemar(a: number, b: number): number {
  const n = a + b;
  // ln of the binomial coefficient, built up term by term.
  let logChoose = 0;
  let tail = 0;
  for (let k = 0; k <= Math.min(a, b); k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k);
    tail += Math.exp(logChoose - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}
