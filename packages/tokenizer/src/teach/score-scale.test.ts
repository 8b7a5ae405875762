import { expect, it } from 'vitest';
import { type ScoreEnds, scoreScale } from './score-scale.ts';

it.each<[string, ScoreEnds, ScoreEnds]>([
  ['0 to 5, as STS has it', [0, 5], [0, 5]],
  ['a part of that', [0.2, 4.6], [0, 5]],
  ['1 to 5, as SICK has it', [1, 4.9], [1, 5]],
  ['per cent', [3, 98.5], [0, 99]],
  ['below 0', [-2.5, 2.5], [-3, 3]],
  ['one score for all', [3, 3], [1, 3]],
  ['nothing above 0', [-3, -3], [-3, -2]],
])('finds the ends of %s', (_, scores, ends) => {
  const scale = scoreScale(scores);
  expect(scale).toMatchObject({ ends, isPlain: false });
  expect(ends.map(scale.closeness)).toEqual([0, 1]);
});

it('takes cosines as they are', () => {
  for (const ends of [
    [0, 1],
    [-1, 0.5],
    [0.25, 0.25],
  ] as const) {
    const scale = scoreScale(ends);
    expect(scale.isPlain).toBe(true);
    expect(ends.map(scale.closeness)).toEqual([...ends]);
  }
});

it('takes the ends that are known', () => {
  expect(scoreScale([2, 4], [0, 5]).closeness(4)).toBe(0.8);
  expect(scoreScale([0, 1], [0, 4]).closeness(1)).toBe(0.25);
});
