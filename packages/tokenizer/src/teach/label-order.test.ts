import { expect, it } from 'vitest';
import { tagsInOrder } from './label-order.ts';

it.each<[string, string[], string[]]>([
  [
    'O first, then B and I of each type',
    ['I-PER', 'O', 'B-LOC'],
    ['O', 'B-LOC', 'I-LOC', 'B-PER', 'I-PER'],
  ],
  [
    'other schemes as they are',
    ['S-X', 'O', 'B-X', 'E-X', 'I-X'],
    ['O', 'B-X', 'I-X', 'E-X', 'S-X'],
  ],
  ['spans without a beginning', ['O', 'I-PER', 'I-LOC'], ['O', 'I-LOC', 'I-PER']],
  ['tags without a scheme', ['VERB', 'NOUN'], ['NOUN', 'VERB']],
])('%s', (_, tags, ordered) => {
  expect(tagsInOrder(tags)).toEqual(ordered);
});
