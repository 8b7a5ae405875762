/**
 * A vector brought to length 1; a vector of 0 stays as it is.
 * @example toUnitLength([3, 4]); // [0.6, 0.8]
 */
export function toUnitLength(vector: ArrayLike<number>): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] as number) ** 2;
  const length = Math.sqrt(squares);
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}
