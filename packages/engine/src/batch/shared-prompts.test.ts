import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packShared, sharedSize, sortByTokens } from './shared-prompts.ts';

const sequences = (...lists: number[][]) => lists.map((list) => Int32Array.from(list));

describe('sortByTokens', () => {
  it('brings what begins alike together, equal sequences in their order', () => {
    const { order, shared } = sortByTokens(
      sequences([5, 1], [4, 2, 2], [5, 1, 1], [4, 2, 1], [5, 1]),
    );
    expect([...order]).toEqual([3, 1, 0, 4, 2]);
    expect([...shared]).toEqual([0, 2, 0, 2, 2]);
    expect(sortByTokens([])).toEqual({ order: new Int32Array(), shared: new Int32Array() });
  });
});

describe('sharedSize', () => {
  it('counts every beginning once', () => {
    const lists = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }), { minLength: 1 });
    fc.assert(
      fc.property(lists, (drawn) => {
        const beginnings = drawn.flatMap((list) =>
          list.map((_, at) => list.slice(0, at + 1).join()),
        );
        expect(sharedSize(sequences(...drawn))).toBe(new Set(beginnings).size);
      }),
    );
  });
});

describe('packShared', () => {
  it('lays what has most in common together, and closes no window before the end', () => {
    const units = [
      { size: 8, shared: 0 },
      { size: 9, shared: 6 },
      { size: 7, shared: 6 },
      { size: 5, shared: 0 },
      { size: 5, shared: 4 },
    ];
    // 8 + 3, then 1 more; the fourth takes what is left, the fifth one of its tokens.
    expect(packShared(units, { tokens: 12 })).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(packShared(units, { tokens: 18 })).toEqual([[0, 1, 2, 3, 4]]);
    expect(packShared(units, { tokens: 18, members: 3 })).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    const told = units.map((unit) => ({ ...unit, targets: 2 }));
    expect(packShared(told, { tokens: 18, targets: 4 })).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('refuses what fits no window', () => {
    expect(() => packShared([{ size: 3, shared: 0 }], { tokens: 2 })).toThrow(
      'a length of 3 does not fit a window of 2',
    );
  });
});
