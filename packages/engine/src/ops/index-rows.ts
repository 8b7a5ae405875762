import { type Family, family, type Takes } from '../graph/family.ts';
import { elementCount, sameShape, shapeText } from '../graph/shape.ts';
import { node, type Value } from '../graph/value.ts';
import { cast } from './comparison.ts';
import { fillOps, zeros } from './fill.ts';
import { reshape } from './layout.ts';
import { requireIndex, requireSame } from './operand.ts';
import { expand } from './reduce.ts';

/** Rows of `[n, …]` at `indices` (any shape): the result is `[...indices, …]`. Indices must be in range. */
export function gatherRows(table: Value, indices: Value): Value {
  return node(indexRowsOps.Gather, [table, indices]);
}

/** `target` `[n, …]` with each row of `updates` `[count, …]` added at its index; indices `[count]` may repeat. */
export function scatterAddRows(target: Value, indices: Value, updates: Value): Value {
  return node(indexRowsOps.ScatterAdd, [target, indices, updates]);
}

/** Rows `[count, …]` that are added at places `[count]` of a first axis; places may repeat. */
type AddedRows = { readonly places: Value; readonly rows: Value };

/** A sum, taken apart: what rows were added to last, undefined where that is zeros, and these, the first one first. */
export type SumOfRows = {
  readonly whole: Value | undefined;
  readonly added: readonly AddedRows[];
};

/** Takes a sum apart as far as rows were added to it last. */
export function takenApart(sum: Value): SumOfRows {
  const added: AddedRows[] = [];
  let whole = sum;
  while (whole.op === indexRowsOps.ScatterAdd) {
    const [below, places, rows] = whole.inputs as [Value, Value, Value];
    added.unshift({ places, rows });
    whole = below;
  }
  const isZero = whole.op === fillOps.ConstantOfShape && whole.attributes.number === 0;
  return { whole: isZero && added.length > 0 ? undefined : whole, added };
}

export type IndexRowsOps = { Gather: Takes<2>; ScatterAdd: Takes<3> };

export const indexRowsOps: Family<IndexRowsOps> = family<IndexRowsOps>({
  Gather: {
    summary: 'y = rows of a table by index;  dtable = dy added up at the indices.',
    types: ([table, indices]) => {
      requireIndex(indices);
      if (table.shape.length === 0) throw new Error('the table has no rows.');
      return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype };
    },
    gradient: ({ dy, inputs: [table, indices] }) => {
      const count = elementCount(indices.shape);
      return [
        scatterAddRows(
          zeros(table.shape, table.dtype),
          reshape(indices, [count]),
          reshape(dy, [count, ...table.shape.slice(1)]),
        ),
        undefined,
      ];
    },
    onnx: () => ({ type: 'Gather', attributes: { axis: { int: 0 } } }),
  },
  ScatterAdd: {
    summary:
      'y = target with rows added at indices, repeats summed;  dtarget = dy;  dupdates = rows of dy.',
    types: ([target, indices, updates]) => {
      requireIndex(indices);
      requireSame(target, updates);
      const expected = [...indices.shape, ...target.shape.slice(1)];
      if (indices.shape.length !== 1 || !sameShape(updates.shape, expected)) {
        throw new Error(
          `updates ${shapeText(updates.shape)} at ${shapeText(indices.shape)} do not fit rows of ${shapeText(target.shape)}.`,
        );
      }
      return target;
    },
    gradient: ({ dy, inputs: [, indices] }) => [dy, undefined, gatherRows(dy, indices)],
    lower: (y, [target, indices, updates], device) => {
      if (y.op.name !== 'ScatterAdd') return undefined;
      const lowered = (name: string, places: Value): Value =>
        node({ ...y.op, name, types: () => y }, [target, places, updates]);
      // On the CPU the threads of ScatterND add to one row at the same time, and sums get lost.
      if (device === 'cpu') {
        const { shape } = updates;
        const column = reshape(
          cast(indices, 'int32'),
          shape.map((size, at) => (at === 0 ? size : 1)),
        );
        return lowered('ScatterElements', expand(column, shape));
      }
      // ScatterND wants each index as a vector of its own, of int64, which WebGPU can make but not reshape.
      return lowered('ScatterND', cast(reshape(indices, [...indices.shape, 1]), 'int64'));
    },
    onnx: ({ op }) => ({
      type: op.name,
      attributes: {
        reduction: { text: 'add' },
        ...(op.name === 'ScatterElements' && { axis: { int: 0 } }),
      },
    }),
  },
});
