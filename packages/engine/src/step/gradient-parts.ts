import type { Value } from '../graph/value.ts';
import { cast } from '../ops/comparison.ts';
import { fillOps } from '../ops/fill.ts';
import { indexRowsOps } from '../ops/index-rows.ts';

/** Rows `[count, …]` that belong at places `[count]` of a gradient's first axis; places may repeat. */
export type AddedRows = { readonly places: Value; readonly rows: Value };

/** A gradient as the sum of a whole one, or of zeros where there is none, and rows at their places. */
export type GradientParts = {
  readonly whole: Value | undefined;
  readonly added: readonly AddedRows[];
};

/**
 * Takes a gradient apart where rows were added to it last, as an embedding's are: a batch reaches few rows of the
 * table, and the sum over the whole table is memory that is written, copied and read for nothing.
 */
export function gradientParts(gradient: Value): GradientParts {
  const added: AddedRows[] = [];
  let whole = gradient;
  while (whole.op === indexRowsOps.ScatterAdd) {
    const [target, places, rows] = whole.inputs as [Value, Value, Value];
    added.unshift({ places: cast(places, 'int32'), rows });
    whole = target;
  }
  const isZero = whole.op === fillOps.ConstantOfShape && whole.attributes.number === 0;
  return { whole: isZero && added.length > 0 ? undefined : whole, added };
}
