import { sameLength } from './same-length.ts';

/**
 * The place of the wanted item when items are sorted by score, from 1 on. Of equal scores it comes last, so that a model that
 * tells nothing apart is not praised.
 *
 * @example placeOf([0.2, 0.9, 0.9], 1); // 2
 */
export function placeOf(scores: ArrayLike<number>, wanted: number): number {
  const own = scores[wanted];
  if (own === undefined) throw new RangeError(`there is no item ${wanted} of ${scores.length}`);
  let place = 0;
  for (let item = 0; item < scores.length; item++) if ((scores[item] as number) >= own) place++;
  return place;
}

/** Share of places up to `k`. */
export function recallAt(places: ArrayLike<number>, k: number): number {
  return meanOf(places, (place) => (place <= k ? 1 : 0));
}

/** Mean reciprocal rank. */
export function meanReciprocalRank(places: ArrayLike<number>): number {
  return meanOf(places, (place) => 1 / place);
}

/**
 * Normalized discounted cumulative gain of one ranking: Σ gain/log₂(1 + place) over that of the best order; items of equal score
 * share the mean of their gains, as sklearn's. 0 where no item has a gain.
 */
export function ndcg(gains: ArrayLike<number>, scores: ArrayLike<number>, k = Infinity): number {
  sameLength(gains, scores);
  const best = discounted(gains, gains, k);
  return best === 0 ? 0 : discounted(gains, scores, k) / best;
}

function discounted(gains: ArrayLike<number>, scores: ArrayLike<number>, k: number): number {
  const order = Array.from({ length: gains.length }, (_, item) => item).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  let sum = 0;
  for (let first = 0; first < order.length; ) {
    let [end, gain, weight] = [first, 0, 0];
    for (; end < order.length; end++) {
      const item = order[end] as number;
      if (scores[item] !== scores[order[first] as number]) break;
      gain += gains[item] as number;
      if (end < k) weight += 1 / Math.log2(end + 2);
    }
    sum += (gain / (end - first)) * weight;
    first = end;
  }
  return sum;
}

/** Share of pairs in which the first score is above the second: of rewards, preferences, triplets. Equal scores are wrong. */
export function pairAccuracy(preferred: ArrayLike<number>, other: ArrayLike<number>): number {
  sameLength(preferred, other);
  let right = 0;
  for (let row = 0; row < preferred.length; row++)
    if ((preferred[row] as number) > (other[row] as number)) right++;
  return preferred.length === 0 ? 0 : right / preferred.length;
}

/**
 * Area under the ROC curve: the share of all pairs of a good and another item in which the good one has the higher score, equal ones
 * as half a pair (Mann and Whitney 1947), as sklearn's `roc_auc_score`. 0.5, as by chance, where there are no such pairs.
 */
export function areaUnderRoc(scores: readonly number[], isGood: readonly boolean[]): number {
  sameLength(scores, isGood);
  const order = scores.map((_, item) => item).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [good, others, won] = [0, 0, 0];
  for (let first = 0; first < order.length; ) {
    let [end, tiedGood, tied] = [first, 0, 0];
    while (end < order.length && scores[order[end] ?? 0] === scores[order[first] ?? 0]) {
      if (isGood[order[end++] ?? 0]) tiedGood++;
      else tied++;
    }
    won += tiedGood * (others + tied / 2);
    good += tiedGood;
    others += tied;
    first = end;
  }
  return good * others === 0 ? 0.5 : won / (good * others);
}

function meanOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += of(values[row] as number);
  return values.length === 0 ? 0 : sum / values.length;
}
