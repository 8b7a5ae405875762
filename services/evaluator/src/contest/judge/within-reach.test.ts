import { expect, it } from 'vitest';
import { differenceWithinReach, unitsOf, withinReach } from './within-reach.ts';

it('counts rows that count, or their clusters', () => {
  expect(unitsOf([0, 1, 2, 3], {}, undefined)).toBe(4);
  expect(unitsOf([0, 1, 3], { counts: [true, false, true, true] }, undefined)).toBe(2);
  expect(unitsOf([0, 1, 2, 3], { counts: [true, true, true, false] }, [5, 5, 6, 7])).toBe(2);
});

it('gives a share that is whole or nothing the interval of Wilson', () => {
  // 1 / (1 + z² / 20)
  const { low, high } = withinReach({ value: 1, low: 1, high: 1 }, 20);
  expect([low, high]).toEqual([expect.closeTo(0.8389, 4), 1]);
  const drawn = { value: 0.5, low: 0.5, high: 0.5 };
  expect(withinReach(drawn, 20)).toEqual(drawn);
});

it.each([
  // z² / 20 / (1 + z² / 20) is 0.1611.
  ['none', 0, -0.1611, 0.1611],
  ['all of it', 1, 0.7721, 1],
  ['all of it the other way', -1, -1, -0.7721],
])('leaves room for %s', (_, difference, low, high) => {
  const found = differenceWithinReach({ difference, low: difference, high: difference }, 20);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

it('leaves an interval that was drawn as it is', () => {
  for (const drawn of [
    { difference: 1, low: 0.9, high: 1 },
    { difference: 0.5, low: 0.5, high: 0.5 },
  ])
    expect(differenceWithinReach(drawn, 20)).toBe(drawn);
});
