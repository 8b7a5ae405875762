import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minhash, plainMinhash } from './minhash.ts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

it('finds with vectors what it finds without, in sets of any size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 200 }), (words) => {
      const set = Uint32Array.from(words).sort();
      expect(minhash(set)).toEqual(plainMinhash(set));
    }),
    { numRuns: 50 },
  );
  const large = Uint32Array.from({ length: 20_000 }, (_, at) => Math.imul(at, 0x9e3779b1));
  for (const length of [1, 4096, 16_048, 16_049, 20_000])
    expect(minhash(large.subarray(0, length))).toEqual(plainMinhash(large.subarray(0, length)));
});
