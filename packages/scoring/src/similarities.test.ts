import { expect, it } from 'vitest';
import { fuzzyMatch } from './fuzzy-match.ts';
import { gleu } from './gleu.ts';
import { meteor } from './meteor.ts';
import { rougeRuns } from './rouge.ts';
import { vectors } from './vectors.fixture.ts';

type Case = [gold: string, predicted: string, gleu: number, meteor: number, fuzzy: number] &
  number[];

const cases = vectors<Case[]>('similarities');

it('has GLEU as NLTK', () => {
  for (const [gold, predicted, value] of cases)
    expect(gleu(gold, predicted)).toBeCloseTo(value, 10);
});

it('has METEOR as NLTK without synonyms', () => {
  for (const [gold, predicted, , value] of cases)
    expect(meteor(gold, predicted), `${gold} / ${predicted}`).toBeCloseTo(value, 10);
});

it('has the fuzzy match of rapidfuzz', () => {
  for (const [gold, predicted, , , value] of cases)
    expect(fuzzyMatch(gold, predicted)).toBeCloseTo(value, 10);
});

it('has the fuzzy match of long texts as the whole table has it', () => {
  const text = (step: number) =>
    Array.from({ length: 700 }, (_, at) => 'abcde'[(at * at * step + at) % 5]).join('');
  const [one, other] = [text(3), text(7).slice(31)];
  const table = Array.from({ length: one.length + 1 }, () => new Int32Array(other.length + 1));
  for (let i = 1; i <= one.length; i++)
    for (let j = 1; j <= other.length; j++)
      table[i]![j] =
        one[i - 1] === other[j - 1]
          ? table[i - 1]![j - 1]! + 1
          : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  const most = table[one.length]![other.length]!;
  expect(fuzzyMatch(one, other)).toBeCloseTo((2 * most) / (one.length + other.length), 12);
});

it('has ROUGE-3 to ROUGE-5 as rouge_score', () => {
  for (const [gold, predicted, , , , ...values] of cases)
    for (const [at, value] of values.entries())
      expect(rougeRuns(gold, predicted, at + 3)).toBeCloseTo(value, 10);
});
