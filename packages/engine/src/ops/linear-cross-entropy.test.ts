import { at, build } from '@lathe/testkit/dense';
import { checkFamily, type OpSamples } from '@lathe/testkit/gradient-check';
import { expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { linearCrossEntropy, linearCrossEntropyOps } from './linear-cross-entropy.ts';

const labels = (...values: number[]) => ({ dtype: 'int32', values }) as const;

const samples = {
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
} satisfies Record<'LinearCrossEntropy', OpSamples>;

checkFamily(linearCrossEntropyOps, samples);

await describeWithKernels((device) => {
  checkFamily(linearCrossEntropyOps, samples, [device]);

  it('refuse labels that are no classes, and shapes that do not fit, in a sentence', async () => {
    const [hidden, head] = [input('hidden', ['rows', 2]), input('head', ['classes', 2])];
    const { loss } = linearCrossEntropy(hidden, head, input('labels', ['rows', 1], 'int32'));
    const program = await device.compile({ outputs: { loss } });
    const run = (labels: readonly number[], classes = 5) =>
      program.run({
        hidden: { data: new Float32Array(4), shape: [2, 2], dtype: 'float32' },
        head: { data: new Float32Array(2 * classes), shape: [classes, 2], dtype: 'float32' },
        labels: { data: Int32Array.from(labels), shape: [labels.length, 1], dtype: 'int32' },
      });
    for (const label of [5, -1, 2 ** 31 - 1, -(2 ** 31)])
      await expect(run([4, label])).rejects.toThrow(
        `SoftmaxCrossEntropy: label ${label} of row 1 is none of 5 classes.`,
      );
    await expect(run([0, 0], 0)).rejects.toThrow('label 0 of row 0 is none of 0 classes.');
    await expect(run([0, 0, 0])).rejects.toThrow(
      'SoftmaxCrossEntropy: labels [3, 1] are not for logits [2, 5].',
    );
    const { loss: found } = await run([4, 0]);
    for (const number of found?.data ?? []) expect(number).toBeCloseTo(Math.log(5), 6);
    await program.dispose();
  });
});
