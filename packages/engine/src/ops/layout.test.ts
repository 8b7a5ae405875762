import { at, build, type Dense } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { layoutOps } from './layout.ts';

/** x[start … end−1] along an axis. */
function cut(x: Dense, axis: number, [start, end]: readonly [number, number]): Dense {
  return build(
    x.shape.map((size, k) => (k === axis ? end - start : size)),
    (index) =>
      at(
        x,
        index.map((place, k) => (k === axis ? place + start : place)),
      ),
  );
}

checkFamily(layoutOps, {
  Reshape: {
    reference: ([x]) => ({ shape: [3, 2], data: x!.data }),
    samples: [
      { shapes: [[2, 3]], attributes: { shape: [3, 2] } },
      { shapes: [[6]], attributes: { shape: [-1, 2] } },
      { shapes: [[3, 2, 1]], attributes: { shape: [0, -1] } },
    ],
    refuses: [
      {
        shapes: [[2, 3]],
        attributes: { shape: [4, 2] },
        message: '[2, 3] cannot be reshaped to [4, 2]',
      },
      { shapes: [[2, 3]], attributes: { shape: [4, -1] }, message: 'cannot be reshaped' },
    ],
  },
  Transpose: {
    reference: ([x], { order }) => {
      const axes = order as readonly number[];
      return build(
        axes.map((axis) => x!.shape[axis]!),
        (index) =>
          at(
            x!,
            axes.map((_, axis) => index[axes.indexOf(axis)]!),
          ),
      );
    },
    samples: [
      { shapes: [[2, 3]], attributes: { order: [1, 0] } },
      { shapes: [[2, 3, 4]], attributes: { order: [2, 0, 1] } },
    ],
    refuses: [
      { shapes: [[2, 3]], attributes: { order: [0, 0] }, message: 'order [0, 0] does not fit' },
    ],
  },
  Slice: {
    reference: ([x], { axis, start, end }) => cut(x!, Number(axis), [Number(start), Number(end)]),
    samples: [
      { shapes: [[5, 2]], attributes: { axis: 0, start: 1, end: 3 } },
      { shapes: [[2, 4]], attributes: { axis: 1, start: 0, end: 4 } },
    ],
    refuses: [
      {
        shapes: [[5]],
        attributes: { axis: 0, start: 3, end: 6 },
        message: '3 to 6 is no part of axis 0',
      },
    ],
  },
  Pad: {
    reference: ([x], { axis, before, after }) =>
      build(
        x!.shape.map((size, k) => (k === axis ? size + Number(before) + Number(after) : size)),
        (index) => {
          const place = index[Number(axis)]! - Number(before);
          const inside = place >= 0 && place < x!.shape[Number(axis)]!;
          return inside
            ? at(
                x!,
                index.map((i, k) => (k === axis ? place : i)),
              )
            : 0;
        },
      ),
    samples: [
      { shapes: [[2, 3]], attributes: { axis: 1, before: 2, after: 1 } },
      { shapes: [[2, 3]], attributes: { axis: 0, before: 0, after: 2 } },
    ],
    refuses: [
      {
        shapes: [[2]],
        attributes: { axis: 0, before: -1, after: 0 },
        message: 'cannot be negative',
      },
    ],
  },
  Concat: {
    reference: (inputs, { axis }) => {
      const shape = [...inputs[0]!.shape];
      shape[Number(axis)] = inputs.reduce((sum, x) => sum + x.shape[Number(axis)]!, 0);
      return build(shape, (index) => {
        let place = index[Number(axis)]!;
        const source = inputs.find((x) => {
          if (place < x.shape[Number(axis)]!) return true;
          place -= x.shape[Number(axis)]!;
          return false;
        })!;
        return at(
          source,
          index.map((i, k) => (k === axis ? place : i)),
        );
      });
    },
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 1],
        ],
        attributes: { axis: 1 },
      },
      {
        shapes: [
          [1, 2],
          [2, 2],
          [1, 2],
        ],
        attributes: { axis: 0 },
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 3],
          [3, 3],
        ],
        attributes: { axis: 1 },
        message: 'do not join along axis 1',
      },
    ],
  },
  Split: {
    reference: ([x], { axis, sizes }) => {
      let start = 0;
      return (sizes as readonly number[]).map((size) => {
        start += size;
        return cut(x!, Number(axis), [start - size, start]);
      });
    },
    samples: [
      { shapes: [[2, 6]], attributes: { axis: 1, sizes: [1, 2, 3] }, outputs: 3 },
      { shapes: [[4, 2]], attributes: { axis: 0, sizes: [3, 1] }, outputs: 1 },
    ],
    refuses: [
      { shapes: [[4]], attributes: { axis: 0, sizes: [3, 2] }, message: 'sizes [3, 2] do not cut' },
    ],
  },
});
