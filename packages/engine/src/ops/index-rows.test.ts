import { addAt, at, build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { zeros } from './fill.ts';
import { indexRowsOps, scatterAddRows } from './index-rows.ts';

const repeated = { dtype: 'int32', values: [2, 0, 2] } as const;

checkFamily(indexRowsOps, {
  Gather: {
    reference: ([table, indices]) =>
      build([...indices!.shape, ...table!.shape.slice(1)], (index) => {
        const rank = indices!.shape.length;
        return at(table!, [at(indices!, index.slice(0, rank)), ...index.slice(rank)]);
      }),
    samples: [
      { shapes: [[4, 2], [3]], fixed: { 1: repeated } },
      {
        shapes: [
          [4, 2],
          [1, 3],
        ],
        fixed: { 1: { ...repeated, dtype: 'int64' } },
      },
      { shapes: [[4], [3]], fixed: { 1: repeated } },
    ],
    refuses: [{ shapes: [[4], [3]], message: 'indices must be int32 or int64, not float32' }],
  },
  ScatterAdd: {
    reference: ([target, indices, updates]) => {
      const sum = { shape: target!.shape, data: Float64Array.from(target!.data) };
      build(updates!.shape, (index) => {
        addAt(sum, [at(indices!, [index[0]!]), ...index.slice(1)], at(updates!, index));
        return 0;
      });
      return sum;
    },
    samples: [
      { shapes: [[4, 2], [3], [3, 2]], fixed: { 1: { ...repeated, dtype: 'int64' } } },
      { shapes: [[4], [3], [3]], fixed: { 1: { ...repeated, dtype: 'int64' } } },
    ],
    refuses: [
      {
        shapes: [[4, 2], [3], [3, 1]],
        dtypes: ['float32', 'int64'],
        message: 'do not fit rows of [4, 2]',
      },
    ],
  },
});

it('loses no row to another thread that adds to the same one', async () => {
  const [rows, width, count] = [64, 128, 2048];
  const places = input('places', [count], 'int32');
  const sums = scatterAddRows(
    zeros([rows, width], 'float32'),
    places,
    input('updates', [count, width]),
  );
  const program = await cpuDevice({ threads: 2 }).compile({ outputs: { sums } });
  const feeds = {
    places: {
      data: Int32Array.from({ length: count }, (_, at) => at % rows),
      shape: [count],
      dtype: 'int32',
    },
    updates: {
      data: new Float32Array(count * width).fill(1),
      shape: [count, width],
      dtype: 'float32',
    },
  } as const;
  for (let run = 0; run < 20; run++) {
    const data = (await program.run(feeds)).sums?.data as Float32Array;
    expect(new Set(data)).toEqual(new Set([count / rows]));
  }
  await program.dispose();
});
