import { expect, it } from 'vitest';
import { classificationScores, confusionMatrix, labelsOf } from './classification.ts';
import { vectors } from './vectors.fixture.ts';

type Case = {
  gold: string[];
  predicted: string[];
  labels?: string[];
  perLabel: [number, number, number, number][];
  matrix: number[][] | null;
} & Record<'accuracy' | 'macroF1' | 'microF1' | 'weightedF1' | 'mcc', number>;

it('agrees with sklearn', () => {
  for (const { gold, predicted, labels, perLabel, matrix, ...wanted } of vectors<Case[]>(
    'classification',
  )) {
    const scores = classificationScores(gold, predicted, labels);
    for (const [name, value] of Object.entries(wanted))
      expect(scores[name as keyof typeof wanted], name).toBeCloseTo(value, 10);
    for (const [at, each] of perLabel.entries()) {
      const { precision, recall, f1, support } = scores.perLabel[at] ?? {};
      for (const [part, value] of [precision, recall, f1, support].entries())
        expect(value).toBeCloseTo(each[part] as number, 10);
    }
    if (matrix !== null)
      expect(confusionMatrix(gold, predicted, labels ?? labelsOf(gold, predicted))).toEqual(matrix);
  }
});

it('has no scores of no rows, and refuses sides of different length', () => {
  expect(classificationScores([], [])).toMatchObject({ accuracy: 0, macroF1: 0, mcc: 0 });
  expect(() => classificationScores(['a'], [])).toThrow('1 rows cannot be scored against 0');
});
