import { expect, it } from 'vitest';
import { createSignInCodes } from './sign-in-codes.ts';

it('takes no code after its time', () => {
  let now = 1_000_000;
  const codes = createSignInCodes({ signInCodeMs: 60_000, signInCodesKept: 4 }, () => now);
  const { code, expiresAt } = codes.create('sk-key');
  expect(expiresAt).toBe(1060);
  now += 60_000;
  expect(() => codes.exchange(code)).toThrow('too old');
});
