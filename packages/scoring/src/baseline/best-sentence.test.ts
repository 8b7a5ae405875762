import { expect, it } from 'vitest';
import { bestSentence } from './best-sentence.ts';

it('takes the sentence with most of the question in it, rare words before frequent ones', () => {
  const context = 'The tower is tall. The tower was built by Gustave Eiffel in 1889! It is iron.';
  expect(bestSentence(context, 'Who built the tower?')).toBe(
    'The tower was built by Gustave Eiffel in 1889!',
  );
  expect(bestSentence(context, 'Is it of iron?')).toBe('It is iron');
  expect(bestSentence(context, 'nothing here')).toBe('The tower is tall');
  expect(bestSentence('', 'Who?')).toBe('');
});
