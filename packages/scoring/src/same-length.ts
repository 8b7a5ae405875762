/** Throws a RangeError when two sides have different numbers of rows. */
export function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length)
    throw new RangeError(`${a.length} rows cannot be scored against ${b.length}`);
}
