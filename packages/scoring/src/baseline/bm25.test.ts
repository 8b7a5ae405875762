import { expect, it } from 'vitest';
import { vectors } from '../vectors.fixture.ts';
import { fitBm25 } from './bm25.ts';

it("agrees with bm25s's reading of Lucene", () => {
  type Case = [documents: string[], query: string, scores: number[]];
  for (const [documents, query, scores] of vectors<Case[]>('../baseline/fixtures/bm25')) {
    const own = fitBm25(documents)(query);
    for (const [at, score] of scores.entries()) expect(own[at]).toBeCloseTo(score, 5);
  }
});

it('scores nothing without documents', () => {
  expect(fitBm25([])('red')).toHaveLength(0);
});
