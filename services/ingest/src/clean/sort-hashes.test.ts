import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder } from './sort-hashes.ts';

const anyHash = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few numbers, near each other and at both ends, as no hashes are. */
const uneven = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1));

it.each([
  ['hashes', anyHash],
  ['numbers that repeat and are not spread', uneven],
])('puts %s in the order that comparing gives', (_, number) => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 300, size: 'max' }), (numbers) => {
      const expected = numbers.toSorted((a, b) => a - b);
      expect([...inOrder(Uint32Array.from(numbers))]).toEqual(expected);
    }),
  );
});

it('puts more of them in order than there are buckets for', () => {
  const numbers = Uint32Array.from({ length: 5000 }, (_, at) => Math.imul(at, 0x9e3779b1));
  expect([...inOrder(numbers.slice())]).toEqual([...numbers].toSorted((a, b) => a - b));
});
