import { expect, it } from 'vitest';
import {
  type AnsweredQuestion,
  bestThreshold,
  normalizeAnswer,
  questionScore,
  questionScores,
  tokenF1,
} from './question-answering.ts';
import { vectors } from './vectors.fixture.ts';

/** Rows of gold answers, prediction and no-answer score; exact, F1, then the best of each with its threshold. */
type Case = [[string[], string, number][], number, number, number, number, number, number];

it("agrees with SQuAD's script, its best thresholds included", () => {
  for (const [rows, exact, f1, bestExact, exactAt, bestF1, f1At] of vectors<Case[]>('squad')) {
    const questions = rows.map(
      ([golds, predicted, noAnswer]): AnsweredQuestion => ({ golds, predicted, noAnswer }),
    );
    const scores = questionScores(questions);
    expect(scores.exact).toBeCloseTo(exact, 10);
    expect(scores.f1).toBeCloseTo(f1, 10);
    const each = questions.map(questionScore);
    const best = (of: 'exact' | 'f1') =>
      bestThreshold(
        questions,
        each.map((score) => score[of]),
      );
    expect(best('exact')).toEqual({ score: expect.closeTo(bestExact, 10), threshold: exactAt });
    expect(best('f1')).toEqual({ score: expect.closeTo(bestF1, 10), threshold: f1At });
  }
});

it('has the golden value, and takes articles between words alone', () => {
  expect(tokenF1('Denver Broncos of Colorado', 'the Denver Broncos!')).toBeCloseTo(0.666667, 6);
  expect(normalizeAnswer(' The  café à la carte, a b')).toBe('café à la carte b');
});
