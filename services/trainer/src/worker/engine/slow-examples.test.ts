import { expect, it } from 'vitest';
import { slowExamples } from './slow-examples.ts';

const learnt = Array.from({ length: 9 }, (_, example) => ({ example, first: 3, last: 0.1 }));

it('names examples whose loss stays while that of the others falls, the highest first', () => {
  const stuck = { example: 20, first: 3, last: 2.9 };
  const worse = { example: 21, first: 1, last: 4 };
  expect(slowExamples([...learnt, stuck, worse])).toEqual([worse, stuck]);
});

it.each([
  ['has lost half of its loss', { first: 3, last: 1.5 }],
  ['is more likely right than wrong', { first: 0.6, last: 0.6 }],
])('does not name one that %s', (_, losses) => {
  expect(slowExamples([...learnt, { example: 20, ...losses }])).toEqual([]);
});

it('names none where nothing is learnt, and twenty at most', () => {
  const all = Array.from({ length: 50 }, (_, example) => ({ example, first: 3, last: 2.9 }));
  expect(slowExamples(all)).toEqual([]);
  expect(slowExamples([])).toEqual([]);
  const many = Array.from({ length: 60 }, (_, example) => ({ example, first: 3, last: 0.1 }));
  expect(slowExamples([...all, ...many])).toHaveLength(20);
});
