import { LatheError } from '@lathe/contracts/error';
import { expect, test } from 'vitest';
import { authenticate, storedKey, storedKeys } from './authenticate.ts';

const keys = [storedKey('sk-one', 'first'), storedKey('sk-two', 'second')];

test('a key opens its own project', () => {
  expect(authenticate('Bearer sk-one', keys)).toBe('first');
  expect(authenticate('bearer  sk-two ', keys)).toBe('second');
});

test('a key is kept as its hash only', () => {
  expect(JSON.stringify(storedKey('sk-one', 'first'))).not.toContain('sk-one');
  expect(storedKey('sk-one', 'first').sha256.toString('latin1')).not.toContain('sk-one');
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Basic sk-one',
  'sk-one',
  'Bearer sk-',
  'Bearer sk-one x',
])('%j opens nothing', (header) => {
  expect(() => authenticate(header, keys)).toThrow(LatheError);
  expect(() => authenticate(header, keys)).toThrow(
    expect.objectContaining({ code: 'invalid_api_key' }),
  );
});

test('configured keys stand beside the bootstrap key, and may not repeat it', () => {
  const bootstrap = { key: 'sk-boot-0123456789', file: null, isNew: false };
  const stored = storedKeys(bootstrap, [{ key: 'sk-red-0123456789', project: 'red' }]);
  expect(authenticate('Bearer sk-boot-0123456789', stored)).toBe('default');
  expect(authenticate('Bearer sk-red-0123456789', stored)).toBe('red');
  const again = () => storedKeys(bootstrap, [{ key: bootstrap.key, project: 'red' }]);
  expect(again).toThrow(
    'Entry 1 of the environment variable LATHE_API_KEYS is the key of LATHE_API_KEY',
  );
  expect(again).not.toThrow(bootstrap.key);
});
