import type { Interval } from '@lathe/scoring/bootstrap';
import { wilson } from '@lathe/scoring/wilson';
import type { NamedMetric } from './task-contest.ts';

/** How many independent observations a metric has in rows: those that count, or their clusters. `own` are numbers of rows. */
export function unitsOf(
  own: readonly number[],
  { counts }: Pick<NamedMetric<never>, 'counts'>,
  clusters: readonly number[] | undefined,
): number {
  const counted = own.filter((at) => counts?.[at] ?? true);
  return new Set(counted.map((at) => clusters?.[at] ?? at)).size;
}

/**
 * The interval of a share that is 0 or 1 on every row that counts. Each draw of them has the same value, which does not make it certain: the
 * interval is Wilson's of as many units.
 *
 * @example withinReach({ value: 1, low: 1, high: 1 }, 20); // 0.839 to 1
 */
export function withinReach({ value, low, high }: Interval, units: number): Interval {
  if (low !== high || (value !== 0 && value !== 1)) return { value, low, high };
  const reach = wilson(value * units, units);
  return { value, low: reach.low, high: reach.high };
}

type Difference = { readonly difference: number; readonly low: number; readonly high: number };

/**
 * The interval of a difference of shares that is the same on every row that counts: none, or all that there can be. It is put together of
 * the Wilson intervals of the rows that are better and of those that are worse, all or none of which were seen (Newcombe 1998, method
 * 10; Zou and Donner 2008).
 *
 * @example differenceWithinReach({ difference: 1, low: 1, high: 1 }, 20); // 0.772 to 1
 */
export function differenceWithinReach<Found extends Difference>(
  found: Found,
  units: number,
): Found {
  const { difference, low, high } = found;
  if (low !== high || !Number.isInteger(difference)) return found;
  const unseen = wilson(0, units).high;
  if (difference === 0) return { ...found, low: -unseen, high: unseen };
  const nearest = 1 - Math.SQRT2 * unseen;
  return difference > 0 ? { ...found, low: nearest } : { ...found, high: -nearest };
}
