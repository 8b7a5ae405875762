import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFirstPlaces } from './first-places.ts';

const key = fc.oneof(fc.nat({ max: 50 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));

it('notes the first row of each number, as a Map would', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      const places = createFirstPlaces();
      const known = new Map<number, number>();
      for (const [row, one] of keys.entries()) {
        expect(places.get(one)).toBe(known.get(one));
        expect(places.note(one, row)).toBe(known.get(one));
        if (!known.has(one)) known.set(one, row);
      }
    }),
    { numRuns: 20 },
  );
});

it('keeps what it noted when it grows', () => {
  const places = createFirstPlaces();
  const keys = Array.from({ length: 5000 }, (_, row) => (row * 2 ** 33 + 7 * row) % 2 ** 48);
  for (const [row, one] of keys.entries()) places.note(one, row);
  const firsts = new Map(keys.map((one, row) => [one, row] as const).reverse());
  for (const one of keys) expect(places.get(one)).toBe(firsts.get(one));
  expect(places.get(2 ** 48 - 1)).toBeUndefined();
});
