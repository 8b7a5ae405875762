import type { Lengths } from '@lathe/contracts/artifact/insight';

/** Bars of two for each doubling. */
const barsFrom = 8;
const ratio = Math.SQRT2;

/** Counts how often there is which length, in memory that does not grow with how many. */
export function createLengthCounts() {
  const counts = new Map<number, number>();
  let total = 0;
  let all = 0;
  return {
    counts: counts as ReadonlyMap<number, number>,
    count: () => all,
    /** The largest; 0 of none. */
    most: () => counts.keys().reduce((most, length) => Math.max(most, length), 0),
    add(length: number): void {
      counts.set(length, (counts.get(length) ?? 0) + 1);
      total += length;
      all++;
    },
    lengths(): Lengths {
      const sorted = [...counts].toSorted(([a], [b]) => a - b);
      const at = (share: number): number => percentileOf(sorted, all, share);
      const max = sorted.at(-1)?.[0] ?? 0;
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max, total, bars: barsOf(sorted, max) };
    },
  };
}

/** Nearest-rank percentile of so many lengths, counted and the shortest first; 0 of none. */
export function percentileOf(
  sorted: readonly (readonly [length: number, count: number])[],
  all: number,
  share: number,
): number {
  let left = Math.max(1, Math.ceil(share * all));
  for (const [length, count] of sorted) {
    left -= count;
    if (left <= 0) return length;
  }
  return 0;
}

/** The bars from the first with anything in it to the last. */
function barsOf(
  sorted: readonly (readonly [length: number, count: number])[],
  max: number,
): Lengths['bars'] {
  const bars: { upTo: number; count: number }[] = [];
  let next = 0;
  for (let power = 0, before = -1; next < sorted.length; power++) {
    const upTo = Math.round(barsFrom * ratio ** power);
    let count = 0;
    for (; next < sorted.length && (sorted[next]?.[0] ?? 0) <= upTo; next++)
      count += sorted[next]?.[1] ?? 0;
    if (upTo > before && (bars.length > 0 || count > 0)) bars.push({ upTo, count });
    before = upTo;
    if (upTo >= max) break;
  }
  return bars;
}
