import { expect, test } from 'vitest';
import { halfThePass, type Passes } from './smaller-passes.ts';

function halves(passes: Passes): number[] {
  const tried: number[] = [];
  for (
    let next = halfThePass(passes);
    next !== undefined;
    next = halfThePass({ ...passes, microBatchTokens: next })
  )
    tried.push(next);
  return tried;
}

test('halves what a pass may have until it is one example', () => {
  const passes = { microBatchTokens: 2048, longest: 512, batchSize: 8 };
  expect(halves(passes)).toEqual([1024, 512]);
});

test('begins at what a batch fills, where that is less than was allowed', () => {
  expect(halves({ microBatchTokens: 2048, longest: 30, batchSize: 4 })).toEqual([64, 32]);
});

test('has nothing to halve where a pass had one example', () => {
  expect(halves({ microBatchTokens: 2048, longest: 2000, batchSize: 8 })).toEqual([]);
  expect(halves({ microBatchTokens: 64, longest: 500, batchSize: 8 })).toEqual([]);
  expect(halves({ microBatchTokens: 2048, longest: 100, batchSize: 1 })).toEqual([]);
});
