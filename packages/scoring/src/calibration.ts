import { sameLength } from './same-length.ts';

/** Smallest probability that a logarithm is taken of: float64's epsilon, as sklearn clips. */
const leastProbability = 2 ** -52;

/**
 * Expected calibration error (Guo et al. 2017): of equal bins (low, high] of the confidence, the mean distance between
 * confidence and accuracy, weighted by the rows in them. `isRight[row]` says whether the answer was right.
 *
 * @example expectedCalibrationError([0.9, 0.6], [true, false]);
 */
export function expectedCalibrationError(
  confidence: ArrayLike<number>,
  isRight: ArrayLike<boolean>,
  bins = 15,
): number {
  sameLength(confidence, isRight);
  const gaps = new Float64Array(bins);
  for (let row = 0; row < confidence.length; row++) {
    const value = confidence[row] as number;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(value * bins) - 1));
    gaps[bin] = (gaps[bin] as number) + value - (isRight[row] ? 1 : 0);
  }
  const total = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  return confidence.length === 0 ? 0 : total / confidence.length;
}

/**
 * Mean of Σₖ (pₖ − yₖ)² over rows with probabilities of each label, `gold` being the right one's number; halved for two
 * labels, where it is then (p − y)² of either, as sklearn's.
 *
 * @example brierScore([[0.9, 0.1], [0.3, 0.7]], [0, 0]); // 0.25
 */
export function brierScore(
  probabilities: readonly ArrayLike<number>[],
  gold: ArrayLike<number>,
): number {
  sameLength(probabilities, gold);
  let sum = 0;
  for (const [row, each] of probabilities.entries()) {
    let own = 0;
    for (let label = 0; label < each.length; label++)
      own += ((each[label] as number) - (label === gold[row] ? 1 : 0)) ** 2;
    sum += each.length === 2 ? own / 2 : own;
  }
  return probabilities.length === 0 ? 0 : sum / probabilities.length;
}

/**
 * Mean −ln of the right label's probability, in nats.
 *
 * @example logLoss([[0.9, 0.1]], [0]); // 0.105
 */
export function logLoss(
  probabilities: readonly ArrayLike<number>[],
  gold: ArrayLike<number>,
): number {
  sameLength(probabilities, gold);
  let sum = 0;
  for (const [row, each] of probabilities.entries()) {
    const own = each[gold[row] as number] ?? 0;
    sum -= Math.log(Math.min(1 - leastProbability, Math.max(leastProbability, own)));
  }
  return probabilities.length === 0 ? 0 : sum / probabilities.length;
}
