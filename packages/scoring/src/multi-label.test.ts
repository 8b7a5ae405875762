import { expect, it } from 'vitest';
import { multiLabelScores } from './multi-label.ts';
import { vectors } from './vectors.fixture.ts';

type Case = {
  gold: number[][];
  predicted: number[][];
  microF1: number;
  macroF1: number;
  subsetAccuracy: number;
  perLabel: [number, number, number, number][];
};

it('agrees with sklearn', () => {
  for (const wanted of vectors<Case[]>('multi-label')) {
    const labels = (wanted.gold[0] as number[]).map((_, at) => `l${at}`);
    const named = (rows: number[][]) =>
      rows.map((row) => labels.filter((_, label) => row[label] === 1));
    const scores = multiLabelScores(named(wanted.gold), named(wanted.predicted), labels);
    for (const name of ['microF1', 'macroF1', 'subsetAccuracy'] as const)
      expect(scores[name]).toBeCloseTo(wanted[name], 10);
    for (const [at, each] of wanted.perLabel.entries()) {
      const { precision, recall, f1, support } = scores.perLabel[at] ?? {};
      expect([precision, recall, f1, support].map((value) => value?.toFixed(10))).toEqual(
        each.map((value) => value.toFixed(10)),
      );
    }
  }
});
