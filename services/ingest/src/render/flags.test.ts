import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countFlags } from './flags.ts';

it('counts the flags of any run of bytes, wherever it begins', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 0, 1, 2, 128, 255), { maxLength: 60 }),
      fc.nat({ max: 9 }),
      (bytes, from) => {
        const flags = Uint8Array.from(bytes).subarray(from);
        expect(countFlags(flags)).toBe([...flags].filter((flag) => flag !== 0).length);
      },
    ),
  );
});
