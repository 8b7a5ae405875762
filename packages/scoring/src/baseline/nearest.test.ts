import { expect, it } from 'vitest';
import { vectors } from '../vectors.fixture.ts';
import { cosine, nearestLabel } from './nearest.ts';

type Case = {
  known: number[][];
  labels: number[];
  k: number;
  asked: number[][];
  nearest: number[];
};

it("agrees with sklearn's neighbours by cosine", () => {
  for (const { known, labels, k, asked, nearest } of vectors<Case[]>(
    '../baseline/fixtures/nearest',
  ))
    for (const [at, vector] of asked.entries())
      expect(nearestLabel(known, labels.map(String), { vector, neighbours: k })).toBe(
        String(nearest[at]),
      );
});

it('has a cosine of nothing of 0', () => {
  expect(cosine([0, 0], [1, 2])).toBe(0);
  expect(cosine([2, 0], [4, 0])).toBe(1);
});
