import { type MinimiseOptions, minimise } from './minimise.ts';
import type { SparseRows } from './sparse-rows.ts';

/**
 * What scores are compared with: one label of several (`softmax`), each output by itself (`sigmoid`), or numbers (`squared`).
 */
type Loss = 'softmax' | 'sigmoid' | 'squared';

/** Scores of one row: probabilities, or numbers where the loss is squared. */
export type LinearModel = { predict(rows: SparseRows): Float64Array[] };

export type LinearOptions = Partial<MinimiseOptions> & {
  readonly loss: Loss;
  /** Inverse of the penalty of large weights: sklearn's C; for numbers the inverse of Ridge's alpha. */
  readonly strength: number;
};

/**
 * Fits W and b of scores = x·W + b: Σ loss + |W|²/(2·strength) is least, over rows whose `targets` are what the outputs should be.
 * It is logistic regression for `softmax` and `sigmoid` (as sklearn's LogisticRegression, which takes a sigmoid of one output for two
 * labels), and ridge regression for `squared`.
 */
export function fitLinear(
  features: SparseRows,
  targets: readonly ArrayLike<number>[],
  { loss, strength, tolerance = 1e-5, iterations = 200 }: LinearOptions,
): LinearModel {
  const outputs = targets[0]?.length ?? 0;
  const { rows, columns } = features;
  if (targets.length !== rows)
    throw new RangeError(`${rows} rows cannot be fitted to ${targets.length} targets`);
  const penalty = 1 / (strength * Math.max(1, rows));
  const scores = new Float64Array(outputs);
  const size = columns * outputs;
  const weights = minimise(
    (at, gradient) => {
      let sum = 0;
      for (let place = 0; place < size; place++) {
        const weight = at[place] as number;
        gradient[place] = penalty * weight;
        sum += (penalty * weight * weight) / 2;
      }
      gradient.fill(0, size);
      for (let row = 0; row < rows; row++) {
        score(features, row, at, scores);
        sum += lossOf(loss, scores, targets[row] as ArrayLike<number>) / rows;
        spread(features, row, scores, gradient);
      }
      return sum;
    },
    new Float64Array(size + outputs),
    { tolerance, iterations },
  );
  return {
    predict: (those) => {
      if (those.columns !== columns)
        throw new RangeError(`rows of ${those.columns} columns do not fit a model of ${columns}`);
      return Array.from({ length: those.rows }, (_, row) => {
        const own = new Float64Array(outputs);
        score(those, row, weights, own);
        activate(loss, own);
        return own;
      });
    },
  };
}

/** x·W + b of a row; W has the outputs of a column side by side, b stands behind it. */
function score(features: SparseRows, row: number, weights: Float64Array, into: Float64Array): void {
  const outputs = into.length;
  const bias = features.columns * outputs;
  for (let k = 0; k < outputs; k++) into[k] = weights[bias + k] as number;
  for (let at = features.starts[row] as number; at < (features.starts[row + 1] as number); at++) {
    const value = features.values[at] as number;
    const from = (features.places[at] as number) * outputs;
    for (let k = 0; k < outputs; k++)
      into[k] = (into[k] as number) + value * (weights[from + k] as number);
  }
}

/** Adds a row's part to the gradient: its values times what stands in `slopes`. */
function spread(
  features: SparseRows,
  row: number,
  slopes: Float64Array,
  gradient: Float64Array,
): void {
  const { rows, starts, places, values } = features;
  const outputs = slopes.length;
  const bias = features.columns * outputs;
  for (let k = 0; k < outputs; k++) {
    slopes[k] = (slopes[k] as number) / rows;
    gradient[bias + k] = (gradient[bias + k] as number) + (slopes[k] as number);
  }
  for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
    const value = values[at] as number;
    const from = (places[at] as number) * outputs;
    for (let k = 0; k < outputs; k++)
      gradient[from + k] = (gradient[from + k] as number) + value * (slopes[k] as number);
  }
}

/** The loss of a row's scores, which become their own slopes: prediction − target. */
function lossOf(loss: Loss, scores: Float64Array, target: ArrayLike<number>): number {
  let sum = 0;
  if (loss === 'softmax') {
    const most = Math.max(...scores);
    let total = 0;
    for (const each of scores) total += Math.exp(each - most);
    for (let k = 0; k < scores.length; k++)
      sum += (target[k] as number) * (Math.log(total) + most - (scores[k] as number));
  } else
    for (let k = 0; k < scores.length; k++) {
      const [given, wanted] = [scores[k] as number, target[k] as number];
      // −y·ln σ(s) − (1 − y)·ln(1 − σ(s)) = max(s, 0) − s·y + ln(1 + e^−|s|)
      sum +=
        loss === 'squared'
          ? (given - wanted) ** 2 / 2
          : Math.max(given, 0) - given * wanted + Math.log1p(Math.exp(-Math.abs(given)));
    }
  activate(loss, scores);
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) - (target[k] as number);
  return sum;
}

function activate(loss: Loss, scores: Float64Array): void {
  if (loss === 'squared') return;
  if (loss === 'sigmoid') {
    for (let k = 0; k < scores.length; k++) scores[k] = 1 / (1 + Math.exp(-(scores[k] as number)));
    return;
  }
  const most = Math.max(...scores);
  let total = 0;
  for (let k = 0; k < scores.length; k++)
    total += scores[k] = Math.exp((scores[k] as number) - most);
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / total;
}
