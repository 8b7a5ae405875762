import { expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { mixBlocks, mixedBlocks } from './mixed-blocks.ts';

const rows = 3;

it.each([192, 48, 20])(
  'mixes rows of %d numbers in the graph as in memory, and back',
  async (columns) => {
    const x = fillNormal(new Float32Array(rows * columns), rootSeed(1), 1);
    const mixed = mixBlocks(x.slice(), columns);
    const again = mixBlocks(mixed.slice(), columns);
    for (const [at, value] of x.entries()) expect(again[at]).toBeCloseTo(value, 5);
    const y = mixedBlocks(input('x', [rows, columns]));
    const program = await cpuDevice({ threads: 1 }).compile({ outputs: { y } });
    const found = await program.run({ x: { data: x, shape: [rows, columns], dtype: 'float32' } });
    await program.dispose();
    for (const [at, value] of mixed.entries()) expect(found.y?.data[at]).toBeCloseTo(value, 5);
  },
);

it('spreads a number that is larger than the others over its block', () => {
  const row = new Float32Array(128);
  row[70] = 8;
  const mixed = mixBlocks(row, 128);
  expect([...mixed.subarray(0, 64)]).toEqual(Array(64).fill(0));
  expect(mixed.subarray(64).every((value) => Math.abs(value) === 1)).toBe(true);
});
