import type { DatasetReport } from '@lathe/contracts/artifact/dataset';

type Count = { train: number; heldOut: number };

/** Counts of labels on both sides of the split. */
export type Balance = {
  add(labels: readonly string[], side: 'train' | 'heldOut'): void;
  /** The labels with the most rows of both sides first; undefined where there are none. */
  labels(): DatasetReport['labels'];
};

/** More are summed up by their number alone. */
const mostListed = 1000;

const rowsOf = ({ train, heldOut }: Count): number => train + heldOut;

export function createBalance(): Balance {
  const counts = new Map<string, Count>();
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
        .sort((a, b) => rowsOf(b) - rowsOf(a) || (a.label < b.label ? -1 : 1))
        .slice(0, mostListed);
    },
  };
}
