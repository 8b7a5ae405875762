/** The least float32 of full precision. */
export const leastNormal = 2 ** -126;

/**
 * A moment as it is kept: 0 where it is too small for full precision. Arithmetic with such numbers takes a hundred times
 * as long, and whether a thread does it at all depends on who else computes in it; this does not.
 */
export function flushed(moment: number): number {
  return Math.abs(moment) < leastNormal ? 0 : moment;
}
