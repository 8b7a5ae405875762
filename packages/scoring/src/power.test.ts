import { expect, it } from 'vitest';
import { detectableGain, rowsForDifference, rowsForRates } from './power.ts';
import { vectors } from './vectors.fixture.ts';

type Case = { discordance: number; gain: number; power: [rows: number, found: number][] };
const cases = vectors<Case[]>('power');

it('advises rows with which the exact McNemar test has the power, and few more', () => {
  for (const { discordance, gain, power } of cases) {
    const advised = rowsForRates({ gain, discordance });
    // Exact powers as scipy's binomials give them; they do not rise evenly with the rows.
    for (const [rows, found] of power) {
      if (rows >= advised) expect(found).toBeGreaterThan(0.8);
      if (rows < 0.85 * advised) expect(found).toBeLessThan(0.8);
    }
  }
});

it('advises as many rows as the test needs where all differ, and all to the better', () => {
  // Binomial tests of n successes in n: 2/2^5 = 0.0625, 2/2^6 = 0.03125.
  expect(rowsForRates({ gain: 1, discordance: 1 })).toBe(6);
  expect(rowsForRates({ gain: 0.5, discordance: 0.5 })).toBeGreaterThanOrEqual(12);
});

it('finds the gain that so many rows show', () => {
  for (const { discordance, gain } of cases) {
    const rows = rowsForRates({ gain, discordance });
    const found = detectableGain(rows, discordance) ?? Number.NaN;
    // Rows are whole.
    expect(found).toBeLessThanOrEqual(gain);
    expect(found).toBeGreaterThan(0.99 * gain);
  }
  expect(detectableGain(10, 0.1)).toBeNull();
});

it('advises rows by how far a difference varied', () => {
  // A rate with 20 % of uneven rows: the standard error of 400 rows is √(0.2 − 0.05²)/20. scipy's normal points give 783.5.
  const standardError = Math.sqrt(0.2 - 0.05 ** 2) / 20;
  expect(rowsForDifference({ gain: 0.05, standardError, rows: 400 })).toBe(784);
});
