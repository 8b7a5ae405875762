import type { comparisonSchema } from '@lathe/contracts/artifact/report';
import type { z } from 'zod';

export type Comparison = z.infer<typeof comparisonSchema>;

/** Below this the difference is not put down to chance. */
const significance = 0.05;

/**
 * Two-sided exact McNemar test: how likely a split of the rows that only one of two was right about
 * is at least as uneven as `a` to `b`, when both are equally good. 1 when there are none.
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

/** The tuned model against another contestant on the same rows; `true` where an answer was right. */
export function compare(
  against: Comparison['against'],
  tuned: readonly boolean[],
  other: readonly boolean[],
): Comparison {
  if (tuned.length !== other.length)
    throw new RangeError(`${tuned.length} rows cannot be compared with ${other.length}`);
  const onlyTunedRight = tuned.filter((right, row) => right && !other[row]).length;
  const onlyOtherRight = tuned.filter((right, row) => !right && other[row]).length;
  const difference = tuned.length === 0 ? 0 : (onlyTunedRight - onlyOtherRight) / tuned.length;
  const pValue = mcnemar(onlyTunedRight, onlyOtherRight);
  const isClear = pValue < significance;
  return {
    against,
    difference,
    onlyTunedRight,
    onlyOtherRight,
    pValue,
    verdict: !isClear ? 'cannot tell' : difference > 0 ? 'improved' : 'regressed',
  };
}
