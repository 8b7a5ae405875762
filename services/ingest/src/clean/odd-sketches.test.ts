import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOddSketches } from './odd-sketches.ts';
import { jaccard } from './shingles.ts';
import { mix } from './words.ts';

const hashes = (most: number) =>
  fc
    .uniqueArray(fc.oneof(fc.nat(2 ** 32 - 1), fc.nat(200)), { maxLength: most })
    .map((list) => Uint32Array.from(list).sort());

it('never says that sets have less in common than they have', () => {
  fc.assert(
    fc.property(fc.array(hashes(300), { minLength: 1, maxLength: 5 }), hashes(300), (kept, set) => {
      const sketches = createOddSketches();
      // Also ones that the set has most hashes of.
      const all = [...kept, set.slice(1), ...kept.map((one) => new Uint32Array([...one]).sort())];
      for (const one of all) sketches.add(one);
      for (const [place, one] of all.entries())
        expect(sketches.mostJaccard(sketches.of(set), place)).toBeGreaterThanOrEqual(
          jaccard(set, one),
        );
    }),
  );
});

it('sees of most sets which are not near, and keeps thousands of them', () => {
  const sets = Array.from({ length: 3000 }, (_, set) =>
    Uint32Array.from({ length: 150 }, (_, at) => mix(set * 1000 + at) >>> 0).sort(),
  );
  const sketches = createOddSketches();
  for (const set of sets) sketches.add(set);
  const [first = new Uint32Array()] = sets;
  const may = sets.flatMap((_, place) =>
    sketches.mostJaccard(sketches.of(first), place) < 0.8 ? [] : [place],
  );
  expect(may[0]).toBe(0);
  expect(may.length).toBeLessThan(30);
  sketches.close();
});
