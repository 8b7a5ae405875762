import { at, build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { crossEntropyOps } from './cross-entropy.ts';

const labels = (...values: number[]) => ({ dtype: 'int32', values }) as const;

checkFamily(crossEntropyOps, {
  CrossEntropy: {
    reference: ([logits, label]) => {
      const [rows = 0, vocabulary = 0] = logits!.shape;
      const top = (row: number) =>
        Math.max(...Array.from({ length: vocabulary }, (_, k) => at(logits!, [row, k])));
      const lead = (row: number) => at(logits!, [row, at(label!, [row, 0])]) - top(row);
      const sum = (row: number) =>
        Array.from({ length: vocabulary }, (_, k) => at(logits!, [row, k])).reduce(
          (total, value) => total + Math.exp(value - top(row)),
          0,
        );
      return [
        build([rows, 1], ([row]) => Math.log(sum(row!)) - lead(row!)),
        build([rows, 1], ([row]) => lead(row!)),
      ];
    },
    samples: [
      {
        shapes: [
          [3, 5],
          [3, 1],
        ],
        fixed: { 1: labels(4, 0, 2) },
      },
      {
        shapes: [
          [1, 1],
          [1, 1],
        ],
        fixed: { 1: labels(0) },
      },
      {
        shapes: [
          [2, 4],
          [2, 1],
        ],
        fixed: { 1: labels(1, 1) },
        domain: [-200, 200],
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 4],
          [3, 1],
        ],
        dtypes: ['float32', 'int32'],
        message: '[3, 1] does not label [2, 4]',
      },
    ],
  },
});
