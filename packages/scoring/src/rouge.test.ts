import { expect, it } from 'vitest';
import { type RougeScores, rouge } from './rouge.ts';
import { vectors } from './vectors.fixture.ts';

/** Precision, recall and F1 of ROUGE-1, 2, L and Lsum. */
type Scores = [number, number, number][];
type Case = [gold: string, predicted: string, plain: Scores, stemmed: Scores];

const kinds = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

function expectScores(actual: RougeScores, wanted: Scores): void {
  for (const [at, kind] of kinds.entries()) {
    const { precision, recall, f1 } = actual[kind];
    for (const [part, value] of [precision, recall, f1].entries())
      expect(value, kind).toBeCloseTo(wanted[at]?.[part] as number, 10);
  }
}

it('agrees with rouge_score, stemmed and not', () => {
  for (const [gold, predicted, plain, stemmed] of vectors<Case[]>('rouge')) {
    expectScores(rouge(gold, predicted), plain);
    expectScores(rouge(gold, predicted, { stem: true }), stemmed);
  }
});

it('has the golden values', () => {
  const scores = rouge(
    'The quick brown fox jumps over the lazy dog',
    'The quick brown dog jumps on the log.',
  );
  expect(scores.rouge1.f1).toBeCloseTo(0.705882, 6);
  expect(scores.rouge2.f1).toBeCloseTo(0.266667, 6);
  expect(scores.rougeL.f1).toBeCloseTo(0.588235, 6);
});
