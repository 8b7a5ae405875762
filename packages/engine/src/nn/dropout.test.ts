import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { input } from '../graph/value.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { dropout, dropoutKeys } from './dropout.ts';
import { rootSeed } from './seed.ts';

const tokens = 256;
const width = 192;

async function keptBy(rate: number, step: number, layer: string): Promise<Float32Array> {
  const x = input('x', [tokens, width]);
  const rowKeys = input('keys', [tokens, 1], 'int32');
  const columnKeys = dropoutKeys(rootSeed(1), width, layer);
  const y = dropout(x, { rate, rowKeys, columnKeys });
  const [dx] = gradients(reduceSum(y), [x]);
  const program = await cpuDevice().compile({ outputs: { y, ...(dx && { dx }) } });
  const data = new Float32Array(tokens * width).fill(3);
  const answers = await program.run({
    x: { data, shape: [tokens, width], dtype: 'float32' },
    keys: { data: dropoutKeys(rootSeed(1), tokens, step), shape: [tokens, 1], dtype: 'int32' },
  });
  await program.dispose();
  const kept = answers.y?.data as Float32Array;
  expect(answers.dx?.data).toEqual(kept.map((value) => value / 3));
  return kept.map((value) => value / 3);
}

const mean = (values: Float32Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('dropout', () => {
  it('drops the stated share, evenly over rows and columns', async () => {
    const kept = await keptBy(0.1, 1, 'up_proj');
    expect(mean(kept)).toBeCloseTo(0.9, 2);
    for (let row = 0; row < tokens; row++) {
      const share = mean(kept.subarray(row * width, (row + 1) * width));
      expect(Math.abs(share - 0.9)).toBeLessThan(0.15);
    }
    for (let column = 0; column < width; column++) {
      const share = mean(kept.filter((_, at) => at % width === column));
      expect(Math.abs(share - 0.9)).toBeLessThan(0.15);
    }
  });

  it('gives unrelated masks for another step or another layer, and the same one again', async () => {
    const first = await keptBy(0.5, 1, 'up_proj');
    for (const other of [await keptBy(0.5, 2, 'up_proj'), await keptBy(0.5, 1, 'q_proj')]) {
      const agreeing = mean(first.map((value, at) => (value === other[at] ? 1 : 0)));
      expect(agreeing).toBeCloseTo(0.5, 1);
    }
    expect(await keptBy(0.5, 1, 'up_proj')).toEqual(first);
  });

  it('drops nothing at rate 0', async () => {
    expect(mean(await keptBy(0, 1, 'up_proj'))).toBe(1);
  });
});
