import { countsOf } from '../words.ts';
import type { Target } from './label-model.ts';

/**
 * The answer that says nothing about a row: the most frequent label, the labels that at least half of the rows have, or the mean of
 * the numbers.
 *
 * @example majority(['a', 'b', 'b']); // b
 */
export function majority(targets: readonly Target[]): Target {
  const [first] = targets;
  if (first === undefined) throw new RangeError('there are no rows to learn from');
  if (targets.every((target) => typeof target !== 'string' && typeof target[0] === 'number')) {
    const rows = targets as readonly (readonly number[])[];
    return (first as readonly number[]).map(
      (_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length,
    );
  }
  const counts = [...countsOf((targets as readonly (string | string[])[]).flat())].sort(
    ([a, left], [b, right]) => right - left || (a < b ? -1 : 1),
  );
  if (typeof first === 'string') return counts[0]?.[0] as string;
  return counts
    .filter(([, count]) => 2 * count >= targets.length)
    .map(([label]) => label)
    .sort();
}
