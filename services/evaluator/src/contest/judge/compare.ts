import type { comparisonSchema } from '@lathe/contracts/artifact/report';
import { mcnemar } from '@lathe/scoring/mcnemar';
import type { z } from 'zod';

export type Comparison = z.infer<typeof comparisonSchema>;

/** Below this the difference is not put down to chance. */
export const significance = 0.05;

/** The tuned model against another contestant on the same rows; `true` where an answer was right. */
export function compare(
  against: Comparison['against'],
  tuned: readonly boolean[],
  other: readonly boolean[],
): Comparison {
  const { onlyTunedRight, onlyOtherRight } = unevenRows(tuned, other);
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

/** Rows that only one of the two was right about. */
export function unevenRows(tuned: readonly boolean[], other: readonly boolean[]) {
  if (tuned.length !== other.length)
    throw new RangeError(`${tuned.length} rows cannot be compared with ${other.length}`);
  return {
    onlyTunedRight: tuned.filter((right, row) => right && !other[row]).length,
    onlyOtherRight: tuned.filter((right, row) => !right && other[row]).length,
  };
}
