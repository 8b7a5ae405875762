import { expect, it } from 'vitest';
import { fitTextLabels } from './text-labels.ts';

const films = ['a wonderful film', 'a dull film', 'wonderfully played', 'dull and long'];

it('learns a label of texts by their words and parts of words', () => {
  const model = fitTextLabels(films, ['good', 'bad', 'good', 'bad']);
  expect(model.labels).toEqual(['bad', 'good']);
  const answers = model.predict(['wonderful!', 'how dull', '']);
  expect(answers.slice(0, 2).map(({ answer }) => answer)).toEqual(['good', 'bad']);
  for (const { probabilities } of answers)
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
});

it('learns several labels, and numbers', () => {
  const several = fitTextLabels(films, [['good'], ['bad', 'film'], ['good'], []]);
  expect(several.predict(['a dull film'])[0]?.answer).toEqual(['bad', 'film']);
  const numbers = fitTextLabels(films, [[5], [1], [5], [1]]);
  const [good = 0, bad = 0] = numbers
    .predict(['wonderful', 'dull'])
    .map(({ answer }) => (answer as number[])[0]);
  expect(good).toBeGreaterThan(bad);
});
