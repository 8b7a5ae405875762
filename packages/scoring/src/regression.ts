import { sameLength } from './same-length.ts';

type Numbers = ArrayLike<number>;

/**
 * Mean absolute error.
 *
 * @example meanAbsoluteError([1, 2], [1, 4]); // 1
 */
export function meanAbsoluteError(gold: Numbers, predicted: Numbers): number {
  return meanOf(gold, predicted, (error) => Math.abs(error));
}

/** Root of the mean squared error. */
export function rootMeanSquaredError(gold: Numbers, predicted: Numbers): number {
  return Math.sqrt(meanOf(gold, predicted, (error) => error ** 2));
}

/** Pearson's correlation; 0 where one of the two does not vary, where scipy has no number. */
export function pearson(a: Numbers, b: Numbers): number {
  sameLength(a, b);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (let row = 0; row < a.length; row++) {
    const x = (a[row] as number) - meanA;
    const y = (b[row] as number) - meanB;
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  const scale = Math.sqrt(ofA) * Math.sqrt(ofB);
  // A constant's mean may be off by its last bit, so that its distances are not quite 0.
  return scale <= 1e-13 * Math.abs(meanA * meanB) * a.length
    ? 0
    : Math.min(1, Math.max(-1, both / scale));
}

/** Spearman's correlation: Pearson's of the ranks, where equal values share their mean rank. */
export function spearman(a: Numbers, b: Numbers): number {
  return pearson(ranks(a), ranks(b));
}

/** Ranks from 1 on; equal values have the mean of theirs. */
function ranks(values: Numbers): Float64Array {
  const order = Array.from({ length: values.length }, (_, row) => row).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const result = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end] as number] === values[order[first] as number])
      end++;
    for (let at = first; at < end; at++) result[order[at] as number] = (first + end + 1) / 2;
    first = end;
  }
  return result;
}

function meanOf(gold: Numbers, predicted: Numbers, of: (error: number) => number): number {
  sameLength(gold, predicted);
  let sum = 0;
  for (let row = 0; row < gold.length; row++)
    sum += of((gold[row] as number) - (predicted[row] as number));
  return gold.length === 0 ? 0 : sum / gold.length;
}

function mean(values: Numbers): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row] as number;
  return values.length === 0 ? 0 : sum / values.length;
}
