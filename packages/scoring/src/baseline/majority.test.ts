import { expect, it } from 'vitest';
import { majority } from './majority.ts';

it('is the label, the labels or the number that is right most often', () => {
  expect(majority(['b', 'a', 'b', 'a'])).toBe('a');
  expect(majority([['a', 'b'], ['a'], []])).toEqual(['a']);
  expect(majority([[], [], ['a']])).toEqual([]);
  expect(
    majority([
      [1, 4],
      [3, 0],
    ]),
  ).toEqual([2, 2]);
  expect(() => majority([])).toThrow('there are no rows to learn from');
});
