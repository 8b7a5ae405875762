import { LatheError } from '@lathe/contracts/error';
import { expect, test } from 'vitest';
import { findCaller, presentedHash, storedKey, storedKeys } from './authenticate.ts';

const member = (project: string) => ({ keyId: `key_${project}`, project, role: 'member' }) as const;
const keys = [storedKey('sk-one', member('first')), storedKey('sk-two', member('second'))];
const callerOf = (header: string, of = keys) => findCaller(presentedHash(header), of);

test('a key opens its own project', () => {
  expect(callerOf('Bearer sk-one')).toEqual(member('first'));
  expect(callerOf('bearer  sk-two ')).toEqual(member('second'));
  expect(callerOf('Bearer sk-')).toBeUndefined();
});

test('a key is kept as its hash only', () => {
  const kept = storedKey('sk-one', member('first'));
  expect(JSON.stringify(kept)).not.toContain('sk-one');
  expect(kept.sha256.toString('latin1')).not.toContain('sk-one');
});

test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic sk-one', 'sk-one', 'Bearer sk-one x'])(
  '%j is no key',
  (header) => {
    expect(() => presentedHash(header)).toThrow(LatheError);
    expect(() => presentedHash(header)).toThrow(
      expect.objectContaining({ code: 'invalid_api_key' }),
    );
  },
);

test('configured keys stand beside the bootstrap key, and may not repeat it', () => {
  const bootstrap = { key: 'sk-boot-0123456789', file: null, isNew: false };
  const stored = storedKeys(bootstrap, [{ key: 'sk-red-0123456789', project: 'red' }]);
  expect(callerOf('Bearer sk-boot-0123456789', stored)).toEqual({
    ...{ keyId: 'LATHE_API_KEY', project: 'default', role: 'operator' },
  });
  expect(callerOf('Bearer sk-red-0123456789', stored)).toEqual({
    ...{ keyId: 'LATHE_API_KEYS-1', project: 'red', role: 'admin' },
  });
  const again = () => storedKeys(bootstrap, [{ key: bootstrap.key, project: 'red' }]);
  expect(again).toThrow(
    'Entry 1 of the environment variable LATHE_API_KEYS is the key of LATHE_API_KEY',
  );
  expect(again).not.toThrow(bootstrap.key);
});
