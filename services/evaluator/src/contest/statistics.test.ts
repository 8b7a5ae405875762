import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, mcnemar } from './compare.ts';
import { wilson } from './intervals.ts';

describe('wilson', () => {
  it('gives the golden values', () => {
    const { rate, low, high } = wilson(85, 100);
    expect(rate).toBe(0.85);
    expect(low).toBeCloseTo(0.7672, 4);
    expect(high).toBeCloseTo(0.9069, 4);
  });

  it('never leaves [0, 1] and always holds the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (total, some) => {
        const { rate, low, high } = wilson(Math.min(some, total), total);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(rate + 1e-12);
        expect(high).toBeGreaterThanOrEqual(rate - 1e-12);
      }),
    );
    expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
  });
});

describe('mcnemar', () => {
  it('gives the golden value, the same either way', () => {
    expect(mcnemar(15, 5)).toBeCloseTo(0.041389, 6);
    expect(mcnemar(5, 15)).toBeCloseTo(0.041389, 6);
  });

  it('is 1 when nothing differs or all is even, and stays finite for many rows', () => {
    expect(mcnemar(0, 0)).toBe(1);
    expect(mcnemar(7, 7)).toBe(1);
    expect(mcnemar(1, 0)).toBe(1);
    expect(mcnemar(10, 0)).toBeCloseTo(2 / 1024, 12);
    expect(mcnemar(3000, 2000)).toBeLessThan(1e-30);
    expect(mcnemar(3000, 3010)).toBeGreaterThan(0.5);
  });
});

describe('compare', () => {
  const rows = (right: number, wrong: number) => [
    ...Array<boolean>(right).fill(true),
    ...Array<boolean>(wrong).fill(false),
  ];

  it('says improved, regressed or cannot tell', () => {
    expect(compare('base', rows(20, 0), rows(5, 15))).toEqual({
      against: 'base',
      difference: 0.75,
      onlyTunedRight: 15,
      onlyOtherRight: 0,
      pValue: expect.closeTo(2 / 2 ** 15, 12),
      verdict: 'improved',
    });
    expect(compare('base', rows(5, 15), rows(20, 0)).verdict).toBe('regressed');
    expect(compare('few-shot', rows(12, 8), rows(10, 10)).verdict).toBe('cannot tell');
    expect(compare('base', [], []).verdict).toBe('cannot tell');
  });
});
