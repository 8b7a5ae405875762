/**
 * How alike two texts are, from 0 to 1: twice the length of their longest common subsequence by the length of both, in
 * characters (code points). As `rapidfuzz.fuzz.ratio`, of 100.
 *
 * @example fuzzyMatch('42 km', '42km');
 */
export function fuzzyMatch(one: string, other: string): number {
  const [left, right] = [[...one], [...other]];
  const length = left.length + right.length;
  return length === 0 ? 1 : (2 * commonLength(left, right)) / length;
}

/** Length of a longest common subsequence, with one row of the table at a time. */
function commonLength(left: readonly string[], right: readonly string[]): number {
  const row = new Int32Array(right.length + 1);
  for (const character of left) {
    let diagonal = 0;
    for (let at = 1; at <= right.length; at++) {
      const above = row[at] as number;
      row[at] = right[at - 1] === character ? diagonal + 1 : Math.max(above, row[at - 1] as number);
      diagonal = above;
    }
  }
  return row[right.length] as number;
}
