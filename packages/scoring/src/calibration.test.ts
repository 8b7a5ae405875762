import { expect, it } from 'vitest';
import { brierScore, expectedCalibrationError, logLoss } from './calibration.ts';
import { vectors } from './vectors.fixture.ts';

type Case = { p: number[][]; gold: number[]; ece: number; brier: number; logLoss: number };

it("agrees with sklearn, and with Guo et al.'s bins", () => {
  for (const { p, gold, ece, brier, logLoss: loss } of vectors<Case[]>('calibration')) {
    const confidence = p.map((row) => Math.max(...row));
    const right = p.map((row, at) => row.indexOf(confidence[at] as number) === gold[at]);
    expect(expectedCalibrationError(confidence, right)).toBeCloseTo(ece, 9);
    expect(brierScore(p, gold)).toBeCloseTo(brier, 9);
    expect(logLoss(p, gold)).toBeCloseTo(loss, 9);
  }
});

it('keeps to its bounds at certainty', () => {
  expect(expectedCalibrationError([1, 0], [true, false])).toBe(0);
  expect(logLoss([[1, 0]], [1])).toBeCloseTo(52 * Math.LN2, 9);
});
