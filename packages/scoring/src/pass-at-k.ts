/**
 * pass@k of one question (Chen et al. 2021): how likely at least one of k answers is right, estimated without bias from n answers of
 * which c are right: 1 − C(n−c, k) / C(n, k), as a product that no large number stands in. Throws RangeError unless
 * 0 ≤ c ≤ n and 1 ≤ k ≤ n.
 *
 * @example passAtK({ answers: 10, right: 3, k: 5 }); // 0.9166…
 */
export function passAtK({
  answers,
  right,
  k,
}: {
  readonly answers: number;
  readonly right: number;
  readonly k: number;
}): number {
  if (!(right >= 0 && right <= answers && k >= 1 && k <= answers))
    throw new RangeError(
      `pass@${k} cannot be told of ${answers} answers of which ${right} are right`,
    );
  if (answers - right < k) return 1;
  let none = 1;
  for (let at = answers - right + 1; at <= answers; at++) none *= 1 - k / at;
  return 1 - none;
}
