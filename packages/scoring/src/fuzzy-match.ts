import { commonLength } from './common-subsequence.ts';

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
