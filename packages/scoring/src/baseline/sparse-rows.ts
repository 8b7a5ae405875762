/** Rows of a matrix of which most is 0: those of row r stand from `starts[r]` to `starts[r + 1]`. */
export type SparseRows = {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  /** Column of each value. */
  readonly places: Int32Array;
  readonly values: Float64Array;
};

/** Rows from the values of each by their columns. */
export function sparseRows(
  rows: readonly ReadonlyMap<number, number>[],
  columns: number,
): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [row, entries] of rows.entries())
    starts[row + 1] = (starts[row] as number) + entries.size;
  const places = new Int32Array(starts[rows.length] as number);
  const values = new Float64Array(places.length);
  let at = 0;
  for (const entries of rows)
    for (const [place, value] of entries) {
      places[at] = place;
      values[at++] = value;
    }
  return { rows: rows.length, columns, starts, places, values };
}

/**
 * Vectors, all of one length, as rows; throws a RangeError when they are not.
 *
 * @example const rows = denseRows([[0, 1], [1, 0]]);
 */
export function denseRows(vectors: readonly ArrayLike<number>[]): SparseRows {
  const columns = vectors[0]?.length ?? 0;
  const values = new Float64Array(vectors.length * columns);
  for (const [row, vector] of vectors.entries()) {
    if (vector.length !== columns)
      throw new RangeError(`vector ${row} has ${vector.length} numbers, the first ${columns}`);
    values.set(vector, row * columns);
  }
  return {
    rows: vectors.length,
    columns,
    starts: Int32Array.from({ length: vectors.length + 1 }, (_, row) => row * columns),
    places: Int32Array.from(values, (_, at) => at % columns),
    values,
  };
}
