import { expect, it } from 'vitest';
import { overhead, rate, withoutEvaluation } from './overhead.ts';
import { percentile, spread } from './percentile.ts';

it('interpolates percentiles between the two nearest ranks', () => {
  const values = [40, 10, 30, 20];
  expect(percentile(values, 0)).toBe(10);
  expect(percentile(values, 50)).toBe(25);
  expect(percentile(values, 100)).toBe(40);
  expect(spread([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  // numpy.percentile(range(1, 61), [50, 95, 99])
  const { p50, p95, p99 } = spread(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(p50).toBeCloseTo(30.5);
  expect(p95).toBeCloseTo(57.05);
  expect(p99).toBeCloseTo(59.41);
});

it('has no percentile of nothing', () => {
  expect(percentile([], 50)).toBeNaN();
});

it('weighs stretches of the engine alone by their length', () => {
  const before = { tokens: 1000, seconds: 1 };
  const after = { tokens: 1000, seconds: 3 };
  expect(rate([before, after])).toBe(500);
  expect(overhead([before, after], { tokens: 2000, seconds: 5 })).toBeCloseTo(0.25);
  expect(overhead([before], { tokens: 2000, seconds: 2 })).toBe(0);
});

it('takes evaluation off as processor time that all cores share', () => {
  const platform = { tokens: 2000, seconds: 5 };
  const bare = withoutEvaluation(platform, { cpuSeconds: 2, cores: 2 });
  expect(bare).toEqual({ tokens: 2000, seconds: 4 });
});
