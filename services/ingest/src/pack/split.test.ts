import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseHeldOut, hash, labelsOfOneGroup, largeHeldOut } from './split.ts';

type Choice = { share?: number; ample?: number; areLabels?: boolean; seed?: number };

function held(groups: number[], answers = groups, choice: Choice = {}): number[] {
  const options = { seed: 3, share: 0.2, ample: 400, areLabels: false, ...choice };
  const flags = chooseHeldOut({ groups, answers }, options);
  return [...flags.keys()].filter((row) => flags[row] === 1);
}

const numbers = (count: number, of: (index: number) => number = (index) => index) =>
  Array.from({ length: count }, (_, index) => of(index));

/** Random rows: the group of each, of which some are much larger than others, and its label. */
const someRows = (minLength: number, maxLength: number) => {
  const group = fc.oneof(fc.nat(500), fc.integer({ min: 500, max: 505 }));
  return fc.noBias(fc.array(fc.tuple(group, fc.nat(3)), { minLength, maxLength, size: 'max' }));
};
const columns = (rows: readonly (readonly [number, number])[]) =>
  [rows.map(([group]) => group), rows.map(([, label]) => label)] as const;

describe('chooseHeldOut', () => {
  it('holds out about the share, fewer of each doubling above what is ample, and another part by another seed', () => {
    expect(held(numbers(1000)).length / 1000).toBeCloseTo(0.2, 1);
    expect(held(numbers(1000), undefined, { share: 0 })).toEqual([]);
    expect(held(numbers(1000), undefined, { seed: 4 })).not.toEqual(held(numbers(1000)));
    const inEachHalf = [2000, 4000, 8000, 16_000].map(
      (count) => held(numbers(count)).filter((row) => row >= count / 2).length,
    );
    // 0.2 of the first thousand rows; then as many of every doubling: 400 · ln 2.
    const [first, ...others] = inEachHalf;
    expect(Math.abs((first ?? 0) - 200)).toBeLessThan(40);
    for (const count of others) expect(Math.abs(count - 400 * Math.LN2)).toBeLessThan(50);
  });

  it('moves no row when 1,000 rows are added at the end, whatever they are', () => {
    fc.assert(
      fc.property(
        someRows(40, 400),
        someRows(1000, 1000),
        fc.boolean(),
        (before, added, areLabels) => {
          const options = { areLabels, ample: 20 };
          const [groups, answers] = columns(before);
          const [more, labels] = columns([...before, ...added]);
          const old = held([...groups], [...answers], options);
          const now = held([...more], [...labels], options);
          expect(now.filter((row) => row < before.length)).toEqual(old);
        },
      ),
    );
  });

  it('moves no large group when rows are added, and names one that is held out', () => {
    // The last sixty of a hundred rows are one group: held out by some seeds, however many rows come after it.
    const groups = numbers(100, (index) => hashOf(Math.min(index, 40)));
    const more = numbers(1000, (index) => hashOf(5000 + index));
    const sizes = numbers(40).map((seed) => {
      const old = held(groups, undefined, { seed });
      const now = held([...groups, ...more], undefined, { seed });
      expect(now.filter((row) => row < 100)).toEqual(old);
      const flags = Uint8Array.from(groups, (_, row) => Number(old.includes(row)));
      const named = largeHeldOut(groups, flags, 40);
      expect(named).toEqual(old.includes(99) ? [{ row: 40, rows: 60 }] : []);
      return named.length;
    });
    const count = sizes.filter((size) => size > 0).length;
    expect(count).toBeGreaterThan(2);
    expect(count).toBeLessThan(16);
  });

  it('moves no row when rows are added anywhere, but for the first groups', () => {
    const before = numbers(1000, hashOf);
    const added = numbers(1000, (index) => hashOf(5000 + index));
    const mixed = before.flatMap((group, index) => [added[index] as number, group]);
    const old = new Set(held(before).map((row) => before[row]));
    const now = new Set(held(mixed).map((row) => mixed[row]));
    const moved = before.slice(5).filter((group) => old.has(group) !== now.has(group));
    expect(moved).toEqual([]);
  });

  it('keeps a group of every label for training, and holds one out where there are enough', () => {
    const labels = numbers(40, (index) => Math.floor(index / 10));
    for (const seed of numbers(20)) {
      const rows = held(numbers(40), labels, { areLabels: true, seed });
      for (const label of [0, 1, 2, 3]) {
        const count = rows.filter((row) => labels[row] === label).length;
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThan(10);
      }
    }
  });

  it('keeps the quota of every label, give or take one, and moves no old row when 1,000 are added', () => {
    // 1 of 2, 1 of 8, 1 of 40, and so on.
    const labelOf = (index: number) =>
      [2, 8, 40, 120].findIndex((each) => index % each === 1) + (index % 2 === 0 ? 10 : 0);
    for (const seed of numbers(20)) {
      const choice = { areLabels: true, seed, ample: 10_000 };
      const groups = numbers(1480, (index) => hashOf(seed * 10_000 + index));
      const labels = numbers(1480, labelOf);
      const now = held(groups, labels, choice);
      for (const label of new Set(labels)) {
        const of = labels.filter((each) => each === label).length;
        const found = now.filter((row) => labels[row] === label).length;
        expect(Math.abs(found - 0.2 * of)).toBeLessThan(1.3);
      }
      const old = held(groups.slice(0, 480), labels.slice(0, 480), choice);
      expect(now.filter((row) => row < 480)).toEqual(old);
    }
  });

  it('never parts a group, never takes all of a label, and trains on the first of the file', () => {
    fc.assert(
      fc.property(someRows(1, 200), fc.double({ min: 0, max: 0.5, noNaN: true }), (list, share) => {
        const [groups, answers] = columns(list);
        const rows = new Set(held([...groups], [...answers], { share, areLabels: true }));
        for (const [row, group] of groups.entries())
          expect(rows.has(row)).toBe(rows.has(groups.indexOf(group)));
        expect(rows.size).toBeLessThan(list.length);
      }),
    );
    expect(held(numbers(100, (index) => Math.max(0, index - 60)))).not.toContain(0);
  });
});

it('names labels that are in one group only', () => {
  expect(labelsOfOneGroup({ groups: [1, 1, 2, 3], answers: [7, 8, 7, 9] })).toEqual([1, 3]);
});

const hashOf = (index: number) => hash(String(index));
