import { expect, it } from 'vitest';
import { meanAbsoluteError, pearson, rootMeanSquaredError, spearman } from './regression.ts';
import { vectors } from './vectors.fixture.ts';

type Case = {
  gold: number[];
  predicted: number[];
  mae: number;
  rmse: number;
  /** Null: scipy has no number, since one side does not vary. */
  pearson: number | null;
  spearman: number | null;
};

it('agrees with sklearn and scipy', () => {
  for (const { gold, predicted, ...wanted } of vectors<Case[]>('regression')) {
    expect(meanAbsoluteError(gold, predicted)).toBeCloseTo(wanted.mae, 9);
    expect(rootMeanSquaredError(gold, predicted)).toBeCloseTo(wanted.rmse, 9);
    expect(pearson(gold, predicted)).toBeCloseTo(wanted.pearson ?? 0, 9);
    expect(spearman(gold, predicted)).toBeCloseTo(wanted.spearman ?? 0, 9);
  }
});

it('has no correlation with a constant, whatever its last bits', () => {
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBe(0);
  expect(spearman([1, 2], [0.3, 0.3])).toBe(0);
});
