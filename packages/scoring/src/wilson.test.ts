import { expect, it } from 'vitest';
import { vectors } from './vectors.fixture.ts';
import { wilson } from './wilson.ts';

it('agrees with scipy', () => {
  for (const [right, total, low, high] of vectors<[number, number, number, number][]>(
    'intervals',
  )) {
    const rate = wilson(right, total);
    expect(rate.low).toBeCloseTo(low, 9);
    expect(rate.high).toBeCloseTo(high, 9);
  }
});

it('has the golden value, and knows nothing of no rows', () => {
  const { rate, low, high } = wilson(85, 100);
  expect([rate, low, high].map((value) => value.toFixed(4))).toEqual([
    '0.8500',
    '0.7672',
    '0.9069',
  ]);
  expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
});

it('ends exactly at 0 where none are right, and at 1 where all are', () => {
  const totals = Array.from({ length: 300 }, (_, at) => at + 1);
  expect(totals.filter((total) => wilson(0, total).low !== 0)).toEqual([]);
  expect(totals.filter((total) => wilson(total, total).high !== 1)).toEqual([]);
});
