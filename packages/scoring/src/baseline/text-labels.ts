import { fitLabels, type LabelAnswer, type Target } from './label-model.ts';
import { type SparseRows, sparseRows } from './sparse-rows.ts';
import { fitTfidf } from './tfidf.ts';

/** From so many texts on, what stands in one alone teaches nothing about others. */
const manyTexts = 200;
/** Of words and of characters each. */
const mostRuns = 20_000;

/**
 * The classical baseline: logistic regression (ridge for numbers) on TF-IDF of words and pairs of words, and of runs of 3 and 4
 * characters. Learns from texts with their targets.
 *
 * @example const { predict } = fitTextLabels(['good film', 'bad film'], ['yes', 'no']);
 */
export function fitTextLabels(
  texts: readonly string[],
  targets: readonly Target[],
): { readonly labels: readonly string[]; predict(texts: readonly string[]): LabelAnswer[] } {
  const common = {
    leastTexts: texts.length < manyTexts ? 1 : 2,
    most: mostRuns,
    sublinear: true,
  };
  const words = fitTfidf(texts, { units: 'words', runs: [1, 2], ...common });
  const characters = fitTfidf(texts, { units: 'characters', runs: [3, 4], ...common });
  const featuresOf = (those: readonly string[]): SparseRows =>
    beside(words.transform(those), characters.transform(those));
  const model = fitLabels(featuresOf(texts), targets);
  return { labels: model.labels, predict: (those) => model.predict(featuresOf(those)) };
}

/** The columns of two matrices side by side. */
function beside(left: SparseRows, right: SparseRows): SparseRows {
  const rows = Array.from({ length: left.rows }, (_, row) => {
    const entries = new Map<number, number>();
    for (const [{ starts, places, values }, shift] of [
      [left, 0],
      [right, left.columns],
    ] as const)
      for (let at = starts[row] as number; at < (starts[row + 1] as number); at++)
        entries.set((places[at] as number) + shift, values[at] as number);
    return entries;
  });
  return sparseRows(rows, left.columns + right.columns);
}
