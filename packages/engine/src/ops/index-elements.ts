import { type Family, family, type Takes } from '../graph/family.ts';
import { sameShape, shapeText } from '../graph/shape.ts';
import { node, type Value, type ValueType } from '../graph/value.ts';
import { zeros } from './fill.ts';
import { requireIndex, requireSame } from './operand.ts';

/** Along the last axis, the elements of x `[…, n]` at indices `[…, count]`. */
export function gatherElements(x: Value, indices: Value): Value {
  return node(indexElementsOps.GatherElements, [x, indices]);
}

/** `target` `[…, n]` with updates `[…, count]` added at indices of the same shape along the last axis. */
export function scatterAddElements(target: Value, indices: Value, updates: Value): Value {
  return node(indexElementsOps.ScatterElements, [target, indices, updates]);
}

function picked(x: Value, indices: Value): ValueType {
  requireIndex(indices);
  if (!sameShape(x.shape.slice(0, -1), indices.shape.slice(0, -1)) || indices.shape.length === 0) {
    throw new Error(`indices ${shapeText(indices.shape)} do not fit ${shapeText(x.shape)}.`);
  }
  return { shape: indices.shape, dtype: x.dtype };
}

const lastAxis = { axis: { int: -1 } };

export type IndexElementsOps = {
  GatherElements: Takes<2>;
  ScatterElements: Takes<3>;
};

export const indexElementsOps: Family<IndexElementsOps> = family<IndexElementsOps>({
  GatherElements: {
    summary: 'y = elements at indices along the last axis;  dx = dy added up at the indices.',
    types: ([x, indices]) => picked(x, indices),
    gradient: ({ dy, inputs: [x, indices] }) => [
      scatterAddElements(zeros(x.shape, x.dtype), indices, dy),
      undefined,
    ],
    onnx: () => ({ type: 'GatherElements', attributes: lastAxis }),
  },
  ScatterElements: {
    summary:
      'y = target with updates added at indices of the last axis;  dtarget = dy;  dupdates = dy there.',
    types: ([target, indices, updates]) => {
      requireSame(target, updates);
      if (!sameShape(picked(target, indices).shape, updates.shape)) {
        throw new Error(
          `updates ${shapeText(updates.shape)} and indices ${shapeText(indices.shape)} differ.`,
        );
      }
      return target;
    },
    gradient: ({ dy, inputs: [, indices] }) => [dy, undefined, gatherElements(dy, indices)],
    onnx: () => ({
      type: 'ScatterElements',
      attributes: { ...lastAxis, reduction: { text: 'add' } },
    }),
  },
});
