import { sameLength } from './same-length.ts';

export type MultiLabelScores = {
  readonly microF1: number;
  /** Mean F1 of the labels. */
  readonly macroF1: number;
  /** Rows whose labels are all there and no others. */
  readonly subsetAccuracy: number;
  readonly perLabel: readonly {
    readonly label: string;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly support: number;
  }[];
};

/**
 * Scores of rows with any number of labels each, as sklearn's with `zero_division=0`; labels that are not in `labels` count
 * for the subset accuracy alone.
 *
 * @example const { microF1 } = multiLabelScores([['a', 'b'], []], [['a'], []], ['a', 'b']);
 */
export function multiLabelScores(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  labels: readonly string[],
): MultiLabelScores {
  sameLength(gold, predicted);
  const counts = new Map(labels.map((label) => [label, { hits: 0, predicted: 0, support: 0 }]));
  let same = 0;
  for (const [row, own] of gold.entries()) {
    const right = new Set(own);
    const answered = new Set(predicted[row]);
    for (const label of right) {
      const count = counts.get(label);
      if (count) count.support++;
      if (count && answered.has(label)) count.hits++;
    }
    for (const label of answered) {
      const count = counts.get(label);
      if (count) count.predicted++;
    }
    if (right.size === answered.size && [...right].every((label) => answered.has(label))) same++;
  }
  const perLabel = [...counts].map(([label, count]) => ({
    label,
    precision: share(count.hits, count.predicted),
    recall: share(count.hits, count.support),
    f1: share(2 * count.hits, count.predicted + count.support),
    support: count.support,
  }));
  let hits = 0;
  let both = 0;
  for (const count of counts.values()) {
    hits += count.hits;
    both += count.predicted + count.support;
  }
  return {
    microF1: share(2 * hits, both),
    macroF1: share(
      perLabel.reduce((sum, { f1 }) => sum + f1, 0),
      perLabel.length,
    ),
    subsetAccuracy: share(same, gold.length),
    perLabel,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
