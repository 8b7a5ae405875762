import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planWindows } from './pack.ts';

/** How many there are of each length. */
function counted(lengths: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return counts;
}

it('packs best-fit decreasing', () => {
  expect(planWindows(counted([6, 5, 4, 3, 2]), 10)).toEqual({
    windowTokens: 10,
    windows: 2,
    filled: 1,
  });
  expect(planWindows(counted([6, 6, 6]), 10)).toMatchObject({ windows: 3 });
  expect(planWindows(counted(Array(100).fill(1)), 10)).toMatchObject({ windows: 10, filled: 1 });
  expect(planWindows(counted([]), 10)).toEqual({ windowTokens: 10, windows: 0, filled: 0 });
});

/** The same by the definition: each length into the fullest window that still has room. */
function slow(lengths: readonly number[], capacity: number): number {
  const rooms: number[] = [];
  for (const length of lengths.toSorted((a, b) => b - a)) {
    let best = -1;
    for (const [index, room] of rooms.entries())
      if (room >= length && (best === -1 || room < (rooms[best] as number))) best = index;
    if (best === -1) best = rooms.push(capacity) - 1;
    rooms[best] = (rooms[best] as number) - length;
  }
  return rooms.length;
}

it('agrees with the definition', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 }), (lengths) => {
      expect(planWindows(counted(lengths), 20).windows).toBe(slow(lengths, 20));
    }),
  );
});
