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

it('has ROUGE-3 to ROUGE-5 as rouge_score', () => {
  for (const [gold, predicted, , , , ...values] of cases)
    for (const [at, value] of values.entries())
      expect(rougeRuns(gold, predicted, at + 3)).toBeCloseTo(value, 10);
});
