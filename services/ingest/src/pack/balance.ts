import type { DatasetReport } from '@lathe/contracts/artifact/dataset';

/** Counts of labels on both sides of the split. */
export type Balance = {
  add(labels: readonly string[], side: 'train' | 'heldOut'): void;
  /** The most frequent labels first; undefined where there are none. */
  labels(): DatasetReport['labels'];
};

/** More are summed up by their number alone. */
const mostListed = 1000;

export function createBalance(): Balance {
  const counts = new Map<string, { train: number; heldOut: number }>();
  return {
    add(labels, side) {
      for (const label of labels) {
        const count = counts.get(label) ?? { train: 0, heldOut: 0 };
        counts.set(label, count);
        count[side]++;
      }
    },
    labels() {
      if (counts.size === 0) return undefined;
      return [...counts]
        .map(([label, count]) => ({ label, ...count }))
        .sort((a, b) => b.train - a.train || (a.label < b.label ? -1 : 1))
        .slice(0, mostListed);
    },
  };
}
