import { addAt, at, build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { indexElementsOps } from './index-elements.ts';

const places = { dtype: 'int64', values: [2, 0, 2, 1] } as const;

checkFamily(indexElementsOps, {
  GatherElements: {
    reference: ([x, indices]) =>
      build(indices!.shape, (index) => at(x!, [...index.slice(0, -1), at(indices!, index)])),
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 2],
        ],
        fixed: { 1: places },
      },
      {
        shapes: [
          [4, 3],
          [4, 1],
        ],
        fixed: { 1: { ...places, dtype: 'int32' } },
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 3],
          [3, 1],
        ],
        dtypes: ['float32', 'int64'],
        message: 'do not fit [2, 3]',
      },
    ],
  },
  ScatterElements: {
    reference: ([target, indices, updates]) => {
      const sum = { shape: target!.shape, data: Float64Array.from(target!.data) };
      build(updates!.shape, (index) => {
        addAt(sum, [...index.slice(0, -1), at(indices!, index)], at(updates!, index));
        return 0;
      });
      return sum;
    },
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 2],
          [2, 2],
        ],
        fixed: { 1: places },
      },
      {
        shapes: [
          [1, 3],
          [1, 4],
          [1, 4],
        ],
        fixed: { 1: places },
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 3],
          [2, 1],
          [2, 2],
        ],
        dtypes: ['float32', 'int64'],
        message: '[2, 2] and indices [2, 1] differ',
      },
    ],
  },
});
