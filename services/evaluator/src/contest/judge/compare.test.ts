import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';

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
