import { expect, it } from 'vitest';
import { passAtK } from './pass-at-k.ts';
import { vectors } from './vectors.fixture.ts';

it('agrees with the estimator of Chen et al.', () => {
  for (const [answers, right, k, wanted] of vectors<[number, number, number, number][]>(
    'pass-at-k',
  ))
    expect(passAtK({ answers, right, k })).toBeCloseTo(wanted, 9);
});

it('has the golden values, and refuses what cannot be', () => {
  expect(passAtK({ answers: 10, right: 3, k: 1 })).toBeCloseTo(0.3, 12);
  expect(passAtK({ answers: 10, right: 3, k: 5 })).toBeCloseTo(0.916667, 6);
  expect(() => passAtK({ answers: 2, right: 1, k: 3 })).toThrow('pass@3 cannot be told of 2');
});
