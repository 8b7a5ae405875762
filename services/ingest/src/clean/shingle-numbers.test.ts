import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createShingleNumbers } from './shingle-numbers.ts';

/** Numbers of 32 bits, many of which end alike. */
const shingle = fc.oneof(
  fc.nat({ max: 2 ** 32 - 1 }),
  fc.nat({ max: 50 }).map((upper) => upper * 2 ** 20 + 7),
  fc.constantFrom(0, 31, 32, 2 ** 32 - 1),
);

it('numbers shingles in the order of their coming, and tells those that have none', () => {
  fc.assert(
    fc.property(fc.array(shingle, { maxLength: 200 }), fc.array(shingle), (kept, others) => {
      const numbers = createShingleNumbers();
      const known = [...new Set(kept)];
      for (const each of kept) expect(numbers.note(each)).toBe(known.indexOf(each));
      expect(numbers.count()).toBe(known.length);
      for (const each of [...kept, ...others]) expect(numbers.get(each)).toBe(known.indexOf(each));
      const all = new Map<number, number>();
      numbers.forEach((each, number) => {
        all.set(each, number);
      });
      expect(all).toEqual(new Map(known.map((each, at) => [each, at])));
    }),
  );
});

it('keeps apart more than it had room for at first', () => {
  const numbers = createShingleNumbers();
  const all = Array.from({ length: 20_000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 0);
  for (const [at, each] of all.entries()) expect(numbers.note(each)).toBe(at);
  expect(all.every((each, at) => numbers.get(each) === at)).toBe(true);
  expect(all.some((each) => numbers.get((each + 1) >>> 0) >= 0)).toBe(false);
});
