import { createHash, timingSafeEqual } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import { type BootstrapKey, defaultProject, type ProjectKey } from '@lathe/platform/api-key';
import type { Caller } from './http.ts';

/** A key as it is kept: its hash and what it opens. */
export type StoredKey = Caller & { readonly sha256: Buffer };

/** Hashes a key for keeping. Keys are long random texts, so a plain hash cannot be searched. */
export function storedKey(key: string, caller: Caller): StoredKey {
  return { ...caller, sha256: digest(key) };
}

/**
 * Every key that settings give: the bootstrap key, which is the operator's, and admins' of projects. Their ids name the
 * setting. Throws an Error of one sentence, without the key, when the bootstrap key is configured for a project, too.
 */
export function storedKeys(bootstrap: BootstrapKey, further: readonly ProjectKey[]): StoredKey[] {
  const twin = further.findIndex(({ key }) => key === bootstrap.key);
  if (twin !== -1) {
    const place = bootstrap.file === null ? 'LATHE_API_KEY' : `the file ${bootstrap.file}`;
    throw new Error(
      `Entry ${twin + 1} of the environment variable LATHE_API_KEYS is the key of ${place} again; choose another.`,
    );
  }
  return [
    storedKey(bootstrap.key, { keyId: 'LATHE_API_KEY', project: defaultProject, role: 'operator' }),
    ...further.map(({ key, project }, index) =>
      storedKey(key, { keyId: `LATHE_API_KEYS-${index + 1}`, project, role: 'admin' }),
    ),
  ];
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** The hash of the key in an `Authorization: Bearer` header. Throws `invalid_api_key` where there is none. */
export function presentedHash(header: string | undefined): Buffer {
  const presented = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (presented === undefined)
    throw new LatheError(
      'invalid_api_key',
      'No API key was given: send it as "Authorization: Bearer <key>".',
    );
  return digest(presented);
}

/** Whom a key makes of its sender; undefined for one that is none of these. Every key is compared in constant time. */
export function findCaller(hash: Buffer, keys: readonly StoredKey[]): Caller | undefined {
  let found: StoredKey | undefined;
  for (const key of keys) if (timingSafeEqual(hash, key.sha256)) found = key;
  if (found === undefined) return undefined;
  const { keyId, project, role } = found;
  return { keyId, project, role };
}

/** The message never repeats the key. */
export function unknownKey(): LatheError {
  return new LatheError('invalid_api_key', 'The API key is not valid for this service.');
}
