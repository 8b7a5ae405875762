import { expect, it } from 'vitest';
import type { Metric } from './bootstrap.ts';
import { mcnemar } from './mcnemar.ts';
import { randomisationTest } from './randomisation.ts';
import { vectors } from './vectors.fixture.ts';

const meanOf =
  (values: readonly number[]): Metric =>
  (draw) => {
    let sum = 0;
    for (let at = 0; at < draw.length; at++) sum += values[draw[at] as number] as number;
    return sum / draw.length;
  };

it("comes near scipy's permutation test", () => {
  const cases = vectors<{ values: number[]; other: number[]; pValue: number }[]>('randomisation');
  for (const { values, other, pValue } of cases) {
    const both = meanOf([...values, ...other]);
    const found = randomisationTest(values.length, both, { seed: 1, draws: 4000 });
    expect(Math.abs(found - pValue)).toBeLessThan(0.03);
  }
});

it('is the McNemar test for right and wrong answers', () => {
  const tuned = Array.from({ length: 40 }, (_, row) => (row < 9 || row >= 20 ? 1 : 0));
  const other = Array.from({ length: 40 }, (_, row) =>
    row >= 9 && row < 12 ? 1 : row < 20 ? 0 : 1,
  );
  const both = meanOf([...tuned, ...other]);
  const found = randomisationTest(40, both, { seed: 5, draws: 4000 });
  expect(Math.abs(found - mcnemar(9, 3))).toBeLessThan(0.03);
});

it('turns whole clusters, and finds nothing in one', () => {
  const tuned = Array<number>(30).fill(1);
  const both = meanOf([...tuned, ...tuned.map(() => 0)]);
  expect(randomisationTest(30, both, { seed: 0 })).toBeLessThan(0.01);
  const clusters = tuned.map((_, row) => row % 2);
  // Of two clusters one of each two ways is as uneven.
  expect(randomisationTest(30, both, { seed: 0, clusters })).toBeGreaterThan(0.4);
  expect(randomisationTest(30, both, { seed: 0, clusters: tuned.map(() => 1) })).toBe(1);
});
