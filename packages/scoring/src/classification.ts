import { sameLength } from './same-length.ts';

type LabelScore = {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows whose gold label it is. */
  readonly support: number;
};

export type ClassificationScores = {
  readonly accuracy: number;
  /** Mean F1 of the labels. */
  readonly macroF1: number;
  /** F1 of the sums over the labels; the accuracy where every label counts. */
  readonly microF1: number;
  /** Mean F1 of the labels, each weighted by its support. */
  readonly weightedF1: number;
  /** Matthews' correlation, of many labels as Gorodkin 2004 has it; 0 where one side has one label alone. */
  readonly mcc: number;
  readonly perLabel: readonly LabelScore[];
};

/** The labels of both sides, sorted by code point as Python sorts. */
export function labelsOf(gold: readonly string[], predicted: readonly string[]): string[] {
  return [...new Set([...gold, ...predicted])].sort();
}

/**
 * How often gold label `labels[i]` was taken for `labels[j]`, at [i][j]. Rows with another label on either side are not in it.
 *
 * @example const matrix = confusionMatrix(['a', 'b'], ['a', 'a'], ['a', 'b']); // [[1, 0], [1, 0]]
 */
export function confusionMatrix(
  gold: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
): number[][] {
  sameLength(gold, predicted);
  const place = new Map(labels.map((label, index) => [label, index]));
  const matrix = labels.map(() => new Array<number>(labels.length).fill(0));
  for (const [row, label] of gold.entries()) {
    const line = matrix[place.get(label) ?? -1];
    const column = place.get(predicted[row] as string);
    if (line !== undefined && column !== undefined) line[column] = (line[column] ?? 0) + 1;
  }
  return matrix;
}

/**
 * Scores of one label a row, as sklearn's with `zero_division=0`. Averages run over `labels`: by default all that occur on
 * either side. Throws a RangeError when there are not as many of both.
 *
 * @example const { macroF1, perLabel } = classificationScores(['a', 'b', 'b'], ['a', 'b', 'a']);
 */
export function classificationScores(
  gold: readonly string[],
  predicted: readonly string[],
  labels: readonly string[] = labelsOf(gold, predicted),
): ClassificationScores {
  sameLength(gold, predicted);
  const counts = new Map(labels.map((label) => [label, { hits: 0, predicted: 0, support: 0 }]));
  // Of every label, in `labels` or not: Matthews' correlation takes no choice of labels.
  const all = new Map<string, { predicted: number; support: number }>();
  let hits = 0;
  for (const [row, label] of gold.entries()) {
    const answer = predicted[row] as string;
    const [own, other] = [counts.get(label), counts.get(answer)];
    if (own) own.support++;
    if (other) other.predicted++;
    if (own && label === answer) own.hits++;
    if (label === answer) hits++;
    tally(all, label).support++;
    tally(all, answer).predicted++;
  }
  const perLabel = [...counts].map(
    ([label, count]): LabelScore => ({
      label,
      precision: share(count.hits, count.predicted),
      recall: share(count.hits, count.support),
      f1: share(2 * count.hits, count.predicted + count.support),
      support: count.support,
    }),
  );
  const sum = (of: (count: { hits: number; predicted: number; support: number }) => number) =>
    [...counts.values()].reduce((total, count) => total + of(count), 0);
  const support = sum((count) => count.support);
  return {
    accuracy: share(hits, gold.length),
    macroF1: share(
      perLabel.reduce((total, { f1 }) => total + f1, 0),
      perLabel.length,
    ),
    microF1: share(
      2 * sum((count) => count.hits),
      sum((count) => count.predicted + count.support),
    ),
    weightedF1: share(
      perLabel.reduce((total, { f1, support: weight }) => total + f1 * weight, 0),
      support,
    ),
    mcc: matthews(gold.length, hits, [...all.values()]),
    perLabel,
  };
}

/** (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)) of s rows, c right ones, pₖ predicted and tₖ gold rows of label k. */
function matthews(
  rows: number,
  hits: number,
  labels: readonly { predicted: number; support: number }[],
): number {
  const sum = (of: (label: { predicted: number; support: number }) => number) =>
    labels.reduce((total, label) => total + of(label), 0);
  const both = hits * rows - sum((label) => label.predicted * label.support);
  const ofPredicted = rows ** 2 - sum((label) => label.predicted ** 2);
  const ofGold = rows ** 2 - sum((label) => label.support ** 2);
  return share(both, Math.sqrt(ofPredicted * ofGold));
}

function tally(
  counts: Map<string, { predicted: number; support: number }>,
  label: string,
): { predicted: number; support: number } {
  const known = counts.get(label) ?? { predicted: 0, support: 0 };
  counts.set(label, known);
  return known;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
