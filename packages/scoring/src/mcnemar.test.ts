import { expect, it } from 'vitest';
import { mcnemar } from './mcnemar.ts';
import { vectors } from './vectors.fixture.ts';

it("agrees with scipy's exact binomial test", () => {
  for (const [, , , , a = 0, b = 0, p] of vectors<number[][]>('intervals'))
    expect(mcnemar(a, b)).toBeCloseTo(p as number, 9);
});

it('has the golden value, the same either way', () => {
  expect(mcnemar(15, 5)).toBeCloseTo(0.041389, 6);
  expect(mcnemar(5, 15)).toBeCloseTo(0.041389, 6);
});

it('is 1 when nothing differs or all is even, and stays finite for many rows', () => {
  expect(mcnemar(0, 0)).toBe(1);
  expect(mcnemar(7, 7)).toBe(1);
  expect(mcnemar(3000, 2000)).toBeLessThan(1e-30);
  expect(mcnemar(3000, 3010)).toBeGreaterThan(0.5);
});
