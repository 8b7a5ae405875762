import { expect, test } from 'vitest';
import { requestHash } from './duplicates.ts';

test('the order of keys does not change a request’s hash, anything else does', () => {
  const hash = requestHash({ a: 1, b: { c: [1, 2], d: null } });
  expect(requestHash({ b: { d: null, c: [1, 2] }, a: 1 })).toBe(hash);
  for (const other of [
    { a: 1, b: { c: [2, 1], d: null } },
    { a: 1, b: { c: [1, 2] } },
    { a: '1', b: { c: [1, 2], d: null } },
  ])
    expect(requestHash(other)).not.toBe(hash);
});
