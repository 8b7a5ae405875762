import { expect, it } from 'vitest';
import {
  areaUnderRoc,
  meanReciprocalRank,
  ndcg,
  pairAccuracy,
  placeOf,
  recallAt,
} from './ranking.ts';
import { vectors } from './vectors.fixture.ts';

type Case = {
  scores: number[][];
  wanted: number[];
  gains: number[][];
  k: number;
  recall: number;
  mrr: number;
  ndcg: number[];
};

it('agrees with sklearn', () => {
  for (const { scores, wanted, gains, k, recall, mrr, ndcg: each } of vectors<Case[]>('ranking')) {
    const places = scores.map((row, at) => placeOf(row, wanted[at] as number));
    expect(recallAt(places, k)).toBeCloseTo(recall, 10);
    expect(meanReciprocalRank(places)).toBeCloseTo(mrr, 10);
    for (const [at, row] of scores.entries())
      expect(ndcg(gains[at] ?? [], row, k)).toBeCloseTo(each[at] as number, 10);
  }
});

it('counts equal scores against the model', () => {
  expect(placeOf([1, 1, 1], 0)).toBe(3);
  expect(pairAccuracy([1, 2, 3], [1, 1, 4])).toBeCloseTo(1 / 3, 12);
  expect(() => placeOf([1], 1)).toThrow('there is no item 1 of 1');
});

it('has the area under the curve that sklearn has, ties included', () => {
  type Area = [scores: number[], good: number[], area: number];
  for (const [scores, good, area] of vectors<Area[]>('roc'))
    expect(areaUnderRoc(scores, good.map(Boolean))).toBeCloseTo(area, 10);
  expect(areaUnderRoc([1, 2], [true, true])).toBe(0.5);
});
