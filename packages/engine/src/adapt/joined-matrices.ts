/** Two matrices of equal width, one below the other. */
export function below(upper: Float32Array, lower: Float32Array): Float32Array {
  const both = new Float32Array(upper.length + lower.length);
  both.set(upper);
  both.set(lower, upper.length);
  return both;
}

/** Two matrices of `columns` columns, row beside row. */
export function beside(left: Float32Array, right: Float32Array, columns: number): Float32Array {
  const both = new Float32Array(left.length + right.length);
  for (let row = 0; row * columns < left.length; row++) {
    both.set(left.subarray(row * columns, (row + 1) * columns), 2 * row * columns);
    both.set(right.subarray(row * columns, (row + 1) * columns), (2 * row + 1) * columns);
  }
  return both;
}
