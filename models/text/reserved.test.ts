import { expect, it } from 'vitest';
import { fingerprint, isReserved } from './reserved.ts';

it('knows a reserved sentence however it is written', () => {
  expect(isReserved('How do I change my  PIN?')).toBe(true);
  expect(isReserved('How do I change my pen?')).toBe(false);
});

it('hashes with FNV-1a', () => {
  expect(fingerprint('a')).toBe('e40c292c');
  expect(fingerprint('foobar')).toBe('bf9cf968');
});
