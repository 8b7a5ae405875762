import { sameLength } from './same-length.ts';
import { common, countsOf, splitBlanks } from './words.ts';

/** ASCII punctuation, Python's `string.punctuation`. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** English articles between what Python's `\b` takes for borders of words. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** An answer as SQuAD's script compares it: lower case, without ASCII punctuation, articles and surplus blanks. */
export function normalizeAnswer(text: string): string {
  const bare = text.toLowerCase().replaceAll(punctuation, '').replaceAll(articles, ' ');
  return splitBlanks(bare).join(' ');
}

/** 1 when two answers are the same once normalized, else 0. */
function answerExact(gold: string, predicted: string): number {
  return normalizeAnswer(gold) === normalizeAnswer(predicted) ? 1 : 0;
}

/** F1 of two answers' bags of normalized words; of no words on either side 1 when there are none on both. */
export function tokenF1(gold: string, predicted: string): number {
  const right = splitBlanks(normalizeAnswer(gold));
  const given = splitBlanks(normalizeAnswer(predicted));
  if (right.length === 0 || given.length === 0) return right.length === given.length ? 1 : 0;
  const same = common(countsOf(right), countsOf(given));
  return (2 * same) / (right.length + given.length);
}

/** A question that was answered: `golds` has every answer that is right, and none when the context has no answer. */
export type AnsweredQuestion = {
  readonly golds: readonly string[];
  /** Empty: none was given. */
  readonly predicted: string;
  /** How sure it is that there is no answer; the higher the surer. Wanted where some question has none. */
  readonly noAnswer?: number;
};

/** Of one question: the best over its gold answers, where nothing counts as no answer. */
export function questionScore({ golds, predicted }: AnsweredQuestion): {
  exact: number;
  f1: number;
} {
  const wanted = golds.filter((gold) => normalizeAnswer(gold) !== '');
  const all = wanted.length === 0 ? [''] : wanted;
  return {
    exact: Math.max(...all.map((gold) => answerExact(gold, predicted))),
    f1: Math.max(...all.map((gold) => tokenF1(gold, predicted))),
  };
}

/**
 * Exact match and F1 of SQuAD 1.1 and 2.0, as shares of 1.
 *
 * @example const { exact, f1 } = questionScores([{ golds: ['Denver Broncos'], predicted: 'the Broncos' }]);
 */
export function questionScores(questions: readonly AnsweredQuestion[]): {
  exact: number;
  f1: number;
} {
  const scores = questions.map(questionScore);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    exact: mean(scores.map(({ exact }) => exact)),
    f1: mean(scores.map(({ f1 }) => f1)),
  };
}

/**
 * SQuAD 2.0's best threshold: answers whose `noAnswer` is above it count as none. Of `scores` (each question's exact match or F1)
 * the best mean that any threshold reaches, and that threshold; 0 with everything taken for no answer.
 */
export function bestThreshold(
  questions: readonly AnsweredQuestion[],
  scores: readonly number[],
): { readonly score: number; readonly threshold: number } {
  sameLength(questions, scores);
  const order = questions
    .map(({ golds, predicted, noAnswer = 0 }, row) => ({
      noAnswer,
      gain: golds.length > 0 ? (scores[row] as number) : predicted === '' ? 0 : -1,
    }))
    .sort((a, b) => a.noAnswer - b.noAnswer);
  let current = questions.filter(({ golds }) => golds.length === 0).length;
  let [best, threshold] = [current, 0];
  for (const { noAnswer, gain } of order) {
    current += gain;
    if (current > best) [best, threshold] = [current, noAnswer];
  }
  return { score: best / Math.max(1, questions.length), threshold };
}
