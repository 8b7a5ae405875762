/** Cosine of two vectors; 0 where one has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] as number, b[at] as number];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return both === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}

/**
 * The label that most of the nearest known vectors have, each counted by its cosine.
 *
 * @example nearestLabel([[0, 1], [1, 0]], ['a', 'b'], { vector: [0, 2], neighbours: 1 }); // a
 */
export function nearestLabel(
  known: readonly ArrayLike<number>[],
  labels: readonly string[],
  { vector, neighbours = 5 }: { readonly vector: ArrayLike<number>; readonly neighbours?: number },
): string {
  const near = known
    .map((each, at) => ({ at, close: cosine(each, vector) }))
    .sort((a, b) => b.close - a.close || a.at - b.at)
    .slice(0, neighbours);
  const votes = new Map<string, number>();
  for (const { at, close } of near) {
    const label = labels[at] as string;
    votes.set(label, (votes.get(label) ?? 0) + Math.max(0, close));
  }
  const best = [...votes].reduce((a, b) => (b[1] > a[1] ? b : a), ['', -1]);
  return best[0];
}
