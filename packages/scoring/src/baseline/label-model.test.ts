import { expect, it } from 'vitest';
import { vectors } from '../vectors.fixture.ts';
import { fitLabels, type Target } from './label-model.ts';
import { denseRows } from './sparse-rows.ts';

type Case = {
  kind: 'one' | 'two' | 'several' | 'number';
  x: number[][];
  y: (number | number[])[];
  /** Probabilities of each label, or numbers. */
  predicted: number[][];
};

it("agrees with sklearn's logistic and ridge regression", () => {
  for (const { kind, x, y, predicted } of vectors<Case[]>('../baseline/fixtures/linear')) {
    const targets = y.map((each): Target => {
      if (kind === 'number') return each as number[];
      if (kind === 'several')
        return ['a', 'b', 'c'].filter((_, at) => (each as number[])[at] === 1);
      return `l${each}`;
    });
    const features = denseRows(x);
    for (const [row, answer] of fitLabels(features, targets).predict(features).entries()) {
      const given = kind === 'number' ? (answer.answer as number[]) : answer.probabilities;
      for (const [at, value] of given.entries())
        expect(Math.abs(value - (predicted[row]?.[at] as number)), kind).toBeLessThan(1e-3);
    }
  }
});

it('knows one label alone, and refuses no rows', () => {
  const features = denseRows([[1], [2]]);
  expect(fitLabels(features, ['a', 'a']).predict(features)[0]).toEqual({
    answer: 'a',
    probabilities: [1],
  });
  expect(() => fitLabels(denseRows([]), [])).toThrow('there are no rows to learn from');
});
