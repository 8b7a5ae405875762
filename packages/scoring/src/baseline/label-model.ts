import { fitLinear, type LinearModel } from './linear-model.ts';
import type { SparseRows } from './sparse-rows.ts';

/** What a row was labelled with, as in a dataset: one label, all that hold, or numbers. */
export type Target = string | readonly string[] | readonly number[];

/** What a model says of a row: the answer, and a probability of each label where there are labels. */
export type LabelAnswer = { readonly answer: Target; readonly probabilities: readonly number[] };

export type LabelModel = {
  /** What the probabilities are of, sorted; empty where answers are numbers. */
  readonly labels: readonly string[];
  predict(rows: SparseRows): LabelAnswer[];
};

/** Inverse penalty: of 1 and 10, the better on banking77 and no worse on sentence polarity. */
const strength = 10;
/** Where sklearn stops. */
const enough = { tolerance: 1e-4, iterations: 100 } as const;

/**
 * Learns labels, several labels (each by itself, from a probability of a half on), or numbers (by ridge regression) of rows of
 * features. Throws a RangeError for no rows.
 *
 * @example
 * const features = denseRows([[0, 1], [1, 0]]);
 * const [first] = fitLabels(features, ['a', 'b']).predict(features);
 */
export function fitLabels(features: SparseRows, targets: readonly Target[]): LabelModel {
  const [first] = targets;
  if (first === undefined) throw new RangeError('there are no rows to learn from');
  if (isNumbers(targets)) return numbers(features, targets);
  const labels = [...new Set((targets as readonly (string | string[])[]).flat())].sort();
  const place = new Map(labels.map((label, at) => [label, at]));
  const hot = (target: Target): Float64Array => {
    const row = new Float64Array(labels.length);
    for (const label of [target].flat()) row[place.get(label as string) as number] = 1;
    return row;
  };
  if (typeof first !== 'string') return several(labels, fit(features, targets.map(hot), 'sigmoid'));
  if (labels.length === 2) {
    // One output for two labels, as sklearn's: its weights are held down once, not twice.
    const model = fit(
      features,
      targets.map((target) => [target === labels[1] ? 1 : 0]),
      'sigmoid',
    );
    return one(labels, { predict: (rows) => model.predict(rows).map(bothSides) });
  }
  return one(labels, fit(features, targets.map(hot), 'softmax'));
}

function fit(
  features: SparseRows,
  targets: readonly ArrayLike<number>[],
  loss: 'softmax' | 'sigmoid',
): LinearModel {
  return fitLinear(features, targets, { loss, strength, ...enough });
}

const bothSides = ([second = 0]: Float64Array): Float64Array => Float64Array.of(1 - second, second);

function one(labels: readonly string[], model: LinearModel): LabelModel {
  return {
    labels,
    predict: (rows) =>
      model.predict(rows).map((row) => ({
        answer: labels[row.indexOf(Math.max(...row))] as string,
        probabilities: [...row],
      })),
  };
}

function several(labels: readonly string[], model: LinearModel): LabelModel {
  return {
    labels,
    predict: (rows) =>
      model.predict(rows).map((row) => ({
        answer: labels.filter((_, at) => (row[at] as number) >= 0.5),
        probabilities: [...row],
      })),
  };
}

function numbers(features: SparseRows, targets: readonly (readonly number[])[]): LabelModel {
  const model = fitLinear(features, targets, { loss: 'squared', strength: 1, ...enough });
  return {
    labels: [],
    predict: (rows) => model.predict(rows).map((row) => ({ answer: [...row], probabilities: [] })),
  };
}

/** No label at all is labels: of numbers there is at least one. */
function isNumbers(targets: readonly Target[]): targets is readonly (readonly number[])[] {
  return targets.every((target) => typeof target !== 'string' && typeof target[0] === 'number');
}
