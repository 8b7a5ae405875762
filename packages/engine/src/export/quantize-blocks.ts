/** Numbers along the summed axis that share a scale. */
export const blockLength = 32;

/** int8 codes and float32 scales of a matrix; value = code · scale of its block. */
export type QuantizedMatrix = { readonly codes: Int8Array; readonly scales: Float32Array };

export type MatrixLayout = {
  readonly rows: number;
  readonly columns: number;
  /** Whether blocks lie along rows or columns. */
  readonly along: 'rows' | 'columns';
  /** Answer the matrix turned, [columns, rows]. */
  readonly turned: boolean;
};

/**
 * A matrix in blocks of 32 numbers with scale max|x|/127 and codes round(x/scale). Scales are laid out as the
 * codes are, one in place of each block.
 */
export function quantizeBlocks(data: Float32Array, layout: MatrixLayout): QuantizedMatrix {
  const { rows, columns, along, turned } = layout;
  const blocksOf = (size: number): number => Math.ceil(size / blockLength);
  const scaleRows = along === 'columns' ? blocksOf(rows) : rows;
  const scaleColumns = along === 'rows' ? blocksOf(columns) : columns;
  const largest = new Float32Array(scaleRows * scaleColumns);
  const block = (row: number, column: number): number => {
    const r = along === 'columns' ? Math.floor(row / blockLength) : row;
    const c = along === 'rows' ? Math.floor(column / blockLength) : column;
    return turned ? c * scaleRows + r : r * scaleColumns + c;
  };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = block(row, column);
      largest[at] = Math.max(largest[at]!, Math.abs(data[row * columns + column]!));
    }
  const scales = largest.map((value) => value / 127);
  const codes = new Int8Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const scale = scales[block(row, column)]!;
      const code = scale === 0 ? 0 : Math.round(data[row * columns + column]! / scale);
      codes[turned ? column * rows + row : row * columns + column] = code;
    }
  return { codes, scales };
}
