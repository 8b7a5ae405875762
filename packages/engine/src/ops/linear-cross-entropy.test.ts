import { at, build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { linearCrossEntropyOps } from './linear-cross-entropy.ts';

const labels = (...values: number[]) => ({ dtype: 'int32', values }) as const;

checkFamily(linearCrossEntropyOps, {
  LinearCrossEntropy: {
    reference: ([hidden, head, label]) => {
      const [rows = 0, width = 0] = hidden!.shape;
      const [classes = 0] = head!.shape;
      const logits = (row: number) =>
        Array.from({ length: classes }, (_, k) =>
          Array.from({ length: width }, (_, j) => at(hidden!, [row, j]) * at(head!, [k, j])).reduce(
            (sum, product) => sum + product,
            0,
          ),
        );
      const lead = (row: number) =>
        (logits(row)[at(label!, [row, 0])] ?? Number.NaN) - Math.max(...logits(row));
      const sum = (row: number) =>
        logits(row).reduce((total, x) => total + Math.exp(x - Math.max(...logits(row))), 0);
      return [
        build([rows, 1], ([row]) => Math.log(sum(row!)) - lead(row!)),
        build([rows, 1], ([row]) => lead(row!)),
      ];
    },
    samples: [
      {
        shapes: [
          [3, 4],
          [5, 4],
          [3, 1],
        ],
        fixed: { 2: labels(4, 0, 4) },
      },
      {
        shapes: [
          [1, 2],
          [1, 2],
          [1, 1],
        ],
        fixed: { 2: labels(0) },
      },
      {
        shapes: [
          [2, 3],
          [4, 3],
          [2, 1],
        ],
        fixed: { 2: labels(1, 1) },
        domain: [-8, 8],
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 4],
          [5, 4],
          [3, 1],
        ],
        dtypes: ['float32', 'float32', 'int32'],
        message: '[3, 1] does not label [2, 4]',
      },
      {
        shapes: [
          [2, 4],
          [5, 3],
          [2, 1],
        ],
        dtypes: ['float32', 'float32', 'int32'],
        message: 'a head [5, 3] does not fit hidden states [2, 4]',
      },
    ],
  },
});
