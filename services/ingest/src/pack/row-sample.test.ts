import { expect, it } from 'vitest';
import { createRowSample, type SampleLimits } from './row-sample.ts';

const text = (line: number, length = 1): Uint8Array =>
  Buffer.from(JSON.stringify({ kind: 'text', line, part: 0, text: 'a'.repeat(length) }));

function drawn(count: number, limits?: SampleLimits, length?: number): number[] {
  const sample = createRowSample(limits);
  for (let line = 0; line < count; line++) if (sample.draws()) sample.add(text(line, length));
  return sample.rows().map(({ line }) => line);
}

it('draws some rows of many, spread over the file, and all of few', () => {
  expect(drawn(7).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const lines = drawn(20_000);
  expect(new Set(lines).size).toBe(500);
  const early = lines.filter((line) => line < 10_000).length;
  expect(Math.abs(early - 250)).toBeLessThan(25);
  expect(drawn(20_000)).toEqual(lines);
});

it('keeps fewer of long rows, and one of the longest', () => {
  const limits = { rows: 500, units: 100_000 };
  const lines = drawn(2000, limits, 1000);
  expect(lines.length).toBeGreaterThan(85);
  expect(lines.length).toBeLessThanOrEqual(100);
  const early = lines.filter((line) => line < 1000).length;
  expect(Math.abs(early - lines.length / 2)).toBeLessThan(15);
  expect(drawn(20, limits, 300_000)).toHaveLength(1);
});
