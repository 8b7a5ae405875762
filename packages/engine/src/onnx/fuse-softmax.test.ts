import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { softmax } from '../ops/softmax.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { operatorsWithKernels } from './lowered-with-kernels.fixture.ts';

const full = [2, 3, 4, 5] as const;
const scores = input('scores', full);
const mask = input('mask', [2, 1, 4, 5]);

/** A masked softmax, and the gradient of the scores. */
function attended(masked: Value = add(scores, mask)) {
  const y = softmax(masked);
  const [dx] = gradients(reduceSum(mul(y, input('weights', full))), [scores]);
  return { y, dx: dx! };
}

describe('the softmax of masked scores', () => {
  it('is one operator forward and one back', () => {
    const names = operatorsWithKernels(attended());
    expect(names.filter((name) => name.includes('Softmax'))).toEqual([
      'MaskedSoftmax',
      'SoftmaxGradient',
    ]);
    for (const gone of ['Softmax', 'Add', 'Sub']) expect(names).not.toContain(gone);
    expect(operatorsWithKernels(attended(add(mask, scores)))).toEqual(names);
  });

  it('takes masks that are repeated along axes beside each other, before the last', () => {
    const takes = (shape: readonly (number | string)[]) =>
      operatorsWithKernels({ y: softmax(add(scores, input('mask', shape))) }).includes(
        'MaskedSoftmax',
      );
    for (const shape of [full, [1, 1, 4, 5], [2, 1, 1, 5], [1, 1, 1, 5], [1, 3, 4, 5]])
      expect(takes(shape), String(shape)).toBe(true);
    for (const shape of [[2, 3, 4, 1], [1, 3, 1, 5], [4, 5], []])
      expect(takes(shape), String(shape)).toBe(false);
    const named = input('scores', ['rows', 3, 'tokens', 5]);
    const own = operatorsWithKernels({
      y: softmax(add(named, input('mask', ['rows', 1, 'tokens', 5]))),
    });
    expect(own).toContain('MaskedSoftmax');
  });

  it('is not, where something else reads what is between, or types differ', () => {
    const masked = add(scores, mask);
    expect(operatorsWithKernels({ y: softmax(masked), masked })).not.toContain('MaskedSoftmax');
    const wide = input('wide', [2, 5], 'float64');
    expect(operatorsWithKernels({ y: softmax(add(wide, wide)) })).not.toContain('MaskedSoftmax');
    expect(operatorsWithKernels({ y: softmax(scores) })).not.toContain('MaskedSoftmax');
  });

  it('has a gradient of one operator without a mask too, but where something else reads what it is made of', () => {
    expect(operatorsWithKernels(attended(mul(scores, 2)))).toContain('SoftmaxGradient');
    const { dx } = attended();
    const [pulled] = dx.inputs as [Value];
    expect(operatorsWithKernels({ dx, pulled })).not.toContain('SoftmaxGradient');
  });
});

const tensor = (shape: readonly number[], numbers: readonly number[]): Tensor => ({
  shape,
  dtype: 'float32',
  data: fromNumbers('float32', numbers),
});
const waves = (size: number, count: number, from: number) =>
  Array.from({ length: count }, (_, at) => size * Math.sin(from + 1.7 * at));

await describeWithKernels((device) => {
  it.each([1, 5, 32, 150, 300])(
    'computes as without them, %i columns in a row',
    async (columns) => {
      const shape = [2, 3, 4, columns];
      const [given, hidden] = [input('scores', shape), input('mask', [2, 1, 4, columns])];
      const y = softmax(add(given, hidden));
      const weights = input('weights', shape);
      const [dx] = gradients(reduceSum(mul(y, weights)), [given]);
      const outputs = { y, dx: dx! };
      const count = 24 * columns;
      // Of eight rows of the mask one forbids nothing, one all, and the others what lies outside of a range.
      const never = Array.from({ length: 8 * columns }, (_, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        return row === 0 || (row > 1 && column >= row && column < row + 40) ? 0 : -1e9;
      });
      const [own, usual] = [device, cpuDevice({ threads: 1 })].map((each) =>
        each.compile({ outputs }),
      );
      for (const size of [0.1, 3, 60]) {
        const feeds = {
          scores: tensor(shape, waves(size, count, 1)),
          mask: tensor([2, 1, 4, columns], never),
          weights: tensor(shape, waves(1, count, 2)),
        };
        const [found, wanted] = [await (await own!).run(feeds), await (await usual!).run(feeds)];
        for (const [name, { data }] of Object.entries(wanted))
          for (const [at, number] of (data as Float32Array).entries()) {
            const distance = Math.abs(Number(found[name]?.data[at]) - number);
            expect(distance, `${name} ${at}`).toBeLessThan(3e-6);
          }
      }
      await (await own!).dispose();
      await (await usual!).dispose();
    },
  );

  it('refuses shapes that do not fit in a sentence, and takes empty ones', async () => {
    const ones = (of: readonly number[]): Tensor =>
      tensor(of, new Array<number>(of.reduce((product, size) => product * size, 1)).fill(1));
    const [dy, y] = [input('dy', ['rows', 'columns']), input('shares', ['rows', 'columns'])];
    const pulled = mul(dy, y);
    const dx = sub(pulled, mul(y, reduceSum(pulled, { axes: [-1], keepDims: true })));
    const given = input('scores', ['rows', 'heads', 'tokens', 'columns']);
    const outputs = { y: softmax(add(given, input('mask', ['rows', 1, 'tokens', 'columns']))), dx };
    const program = await device.compile({ outputs });
    for (const [of, hidden] of [
      [
        [2, 3, 4, 5],
        [2, 1, 4, 4],
      ],
      [
        [2, 3, 4, 5],
        [2, 1, 3, 5],
      ],
      [
        [2, 3, 4, 5],
        [3, 1, 4, 5],
      ],
      [
        [2, 3, 4, 5],
        [2, 1, 4, 0],
      ],
      [
        [0, 3, 4, 5],
        [2, 1, 4, 5],
      ],
    ] as const) {
      const pair = { dy: ones([2, 3]), shares: ones([2, 3]) };
      const run = program.run({ scores: ones(of), mask: ones(hidden), ...pair });
      const reason = `MaskedSoftmax: a mask [${hidden.join(', ')}] is not for scores [${of.join(', ')}].`;
      await expect(run, hidden.join()).rejects.toThrow(reason);
    }
    for (const [rows, columns] of [
      [0, 5],
      [2, 0],
      [0, 0],
    ] as const) {
      const [of, pair] = [
        [rows, 3, 4, columns],
        [rows, columns],
      ];
      const mask = ones([rows, 1, 4, columns]);
      const found = await program.run({
        scores: ones(of),
        mask,
        dy: ones(pair),
        shares: ones(pair),
      });
      expect([found.y?.shape, found.dx?.shape]).toEqual([of, pair]);
    }
    const fine = { scores: ones([2, 3, 4, 5]), mask: ones([2, 1, 4, 5]) };
    const wrong = program.run({ ...fine, dy: ones([2, 3]), shares: ones([3, 2]) });
    await expect(wrong).rejects.toThrow('SoftmaxGradient: the shapes [2, 3] and [3, 2] differ.');
    await program.dispose();
  });

  it('gives nothing but NaN where a row holds one, or no number at all', async () => {
    const rows = input('rows', [3, 2]);
    const program = await device.compile({
      outputs: { y: softmax(add(rows, constant([0, 0], [1, 2]))) },
    });
    const { y } = await program.run({
      rows: tensor([3, 2], [1, Number.NaN, -Infinity, -Infinity, -Infinity, 2]),
    });
    expect([...(y!.data as Float32Array)]).toEqual([NaN, NaN, NaN, NaN, 0, 1]);
    await program.dispose();
  });
});
