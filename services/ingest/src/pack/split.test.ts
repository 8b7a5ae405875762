import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseHeldOut, hash, normalisedPrompt } from './split.ts';

function held(groups: number[], answers: number[], share = 0.2, most = 400): number[] {
  const flags = chooseHeldOut({ groups, answers }, { seed: 3, share, most });
  return [...flags.keys()].filter((row) => flags[row] === 1);
}

const numbers = (count: number, of: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => of(index));

describe('chooseHeldOut', () => {
  it('holds out the share, at most the cap', () => {
    const distinct = numbers(1000, (index) => index);
    expect(held(distinct, distinct)).toHaveLength(200);
    expect(held(distinct, distinct, 0.2, 50)).toHaveLength(50);
    expect(held(distinct, distinct, 0)).toEqual([]);
  });

  it('keeps the share of every label when answers are labels', () => {
    const answers = numbers(500, (index) => (index < 400 ? 1 : 2));
    const rows = held(
      numbers(500, (index) => index),
      answers,
    );
    expect(rows.filter((row) => answers[row] === 1)).toHaveLength(80);
    expect(rows.filter((row) => answers[row] === 2)).toHaveLength(20);
  });

  it('never parts a group, never takes all of a label, never more than the target', () => {
    const rows = fc.array(fc.tuple(fc.nat(30), fc.nat(3)), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 0.5, noNaN: true }), (list, share) => {
        const groups = list.map(([group]) => group);
        const flags = chooseHeldOut(
          { groups, answers: list.map(([, answer]) => answer) },
          { seed: 1, share, most: 40 },
        );
        for (const [row, group] of groups.entries())
          expect(flags[row]).toBe(flags[groups.indexOf(group)]);
        const count = flags.reduce((sum, flag) => sum + flag, 0);
        expect(count).toBeLessThanOrEqual(Math.min(40, share * list.length + 1e-9));
        expect(count).toBeLessThan(list.length);
      }),
    );
  });

  it('moves few rows when rows are added', () => {
    const small = new Set(held(numbers(1000, hashOf), numbers(1000, hashOf)));
    const large = new Set(held(numbers(1100, hashOf), numbers(1100, hashOf)));
    const moved = [...small].filter((row) => !large.has(row));
    expect(moved.length).toBeLessThan(small.size * 0.1);
  });
});

const hashOf = (index: number) => hash(String(index));

describe('normalisedPrompt', () => {
  it.each([
    ['Where is my order 123?', 'where is my  ORDER 77'],
    ['Café!', 'cafe\u0301'],
    ['“quoted” — text', 'quoted text'],
  ])('sees %j and %j as one', (a, b) => {
    expect(normalisedPrompt(a)).toBe(normalisedPrompt(b));
  });

  it('keeps different words, scripts and pure signs apart', () => {
    const all = ['one', 'two', 'один', '一', '😀', '🙃', '!', '?'].map(normalisedPrompt);
    expect(new Set(all).size).toBe(all.length);
  });
});
