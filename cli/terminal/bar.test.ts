import { expect, it } from 'vitest';
import { bar, intervalBar, sparkline } from './bar.ts';

it('a bar has as many columns as it is given, whatever the share', () => {
  expect(bar(0, 4)).toBe('░░░░');
  expect(bar(0.5, 4)).toBe('██░░');
  expect(bar(1, 4)).toBe('████');
  expect(bar(2, 4)).toBe('████');
  for (let share = 0; share <= 1; share += 0.01) expect([...bar(share, 7)]).toHaveLength(7);
});

it('an interval shows its value, its ends and what is outside', () => {
  expect(intervalBar({ value: 0.5, low: 0.25, high: 0.75 }, 9)).toBe('··├─●─┤··');
  expect(intervalBar({ value: 0, low: 0, high: 0.1 }, 5)).toBe('●····');
});

it('a curve has a column for each number, or the means of several', () => {
  expect(sparkline([0, 1], 10)).toBe('▁█');
  expect(sparkline([0, 0, 7, 7], 2)).toBe('▁█');
  expect(sparkline([3, 3, 3], 10)).toBe('▁▁▁');
  expect(sparkline([Number.NaN, 1, 2], 10)).toBe('▁█');
  expect(sparkline([], 10)).toBe('');
});
