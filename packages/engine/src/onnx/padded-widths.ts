import type { Dimension, Shape } from '../graph/shape.ts';
import type { Lowering, Value } from '../graph/value.ts';
import { isStored } from '../ops/comparison.ts';
import { layoutOps, pad } from '../ops/layout.ts';

/** Which products of matrices get longer rows, in numbers. */
export type PaddedWidths = {
  /** Rows of a multiple of it are made longer. */
  readonly multiple: number;
  /** By so many zeros, which add nothing to a sum. */
  readonly zeros: number;
  /** Rows of a product, and columns of its result, from which on it wins more than the longer sides cost. */
  readonly leastRows: number;
  readonly leastColumns: number;
  /** No side of more numbers is written anew. */
  readonly mostNumbers: number;
};

/** What lies 4 KiB apart shares its places in a first cache of few ways. Products with fewer rows may lose; narrower and larger ones were not measured (docs/decisions/2026-11-padded-widths.md). */
export const usualPadding: PaddedWidths = {
  multiple: 1024,
  zeros: 16,
  leastRows: 512,
  leastColumns: 768,
  mostNumbers: 4096 * 4096,
};

/**
 * The sides of a·b or a·bᵀ, float32, with zeros at the end of each row that is summed over, where the rows of a are a multiple apart:
 * ONNX Runtime reads several at a time as they lie, and they would push each other out of the first cache. It copies a transposed
 * left side in any case, so that the gradient of a weight is left alone. A left side that several products read is written anew once;
 * a right one, which may be a weight, for each, so that the copy does not stay until the backward pass.
 */
export function paddedSides(widths: PaddedWidths): NonNullable<Lowering['paddedSides']> {
  const longer = new Map<Value, Value>();
  return (a, b, transB) => {
    if (a.dtype !== 'float32' || a.op === layoutOps.Transpose || b.shape.length !== 2)
      return undefined;
    if (!isWorth(a.shape, b.shape[transB ? 0 : 1], widths)) return undefined;
    const { zeros: after } = widths;
    const left = longer.get(a) ?? pad(a, { axis: -1, before: 0, after });
    longer.set(a, left);
    return [left, pad(b, { axis: transB ? 1 : 0, before: 0, after })];
  };
}

/** Whether a product of these is padded: the shape of its left side, and the columns of its right one. */
function isWorth(left: Shape, columns: Dimension | undefined, widths: PaddedWidths): boolean {
  const { multiple, leastRows, leastColumns, mostNumbers } = widths;
  const width = left.at(-1);
  // A size that is known only in a run has no number.
  if (typeof width !== 'number' || typeof columns !== 'number') return false;
  const rows = left.slice(0, -1).reduce<number>((product, size) => product * Number(size), 1);
  const isLarge = rows >= leastRows && columns >= leastColumns;
  return isLarge && width % multiple === 0 && width * Math.max(rows, columns) <= mostNumbers;
}

/** Whether a value is a weight in a file with zeros behind its rows: once, where constants are computed when a session is opened. */
export function padsStored({ op, inputs: [x] }: Value): boolean {
  return op === layoutOps.Pad && x !== undefined && isStored(x);
}
