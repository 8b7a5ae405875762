import { createHash, timingSafeEqual } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import { type BootstrapKey, defaultProject, type ProjectKey } from '@lathe/platform/api-key';

/** A key as it is kept: its hash and the project that it opens. */
export type StoredKey = { readonly sha256: Buffer; readonly project: string };

/** Hashes a key for keeping. Keys are long random texts, so a plain hash cannot be searched. */
export function storedKey(key: string, project: string): StoredKey {
  return { sha256: digest(key), project };
}

/**
 * Every key that opens a project: the bootstrap key for the default one, and the configured ones. Throws
 * an Error of one sentence, without the key, when the bootstrap key is configured for a project, too.
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
    storedKey(bootstrap.key, defaultProject),
    ...further.map(({ key, project }) => storedKey(key, project)),
  ];
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * The project of an `Authorization: Bearer` header. Every stored key is compared in constant time.
 * Throws `invalid_api_key`; the message never repeats the key.
 */
export function authenticate(header: string | undefined, keys: readonly StoredKey[]): string {
  const presented = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (presented === undefined)
    throw new LatheError(
      'invalid_api_key',
      'No API key was given: send it as "Authorization: Bearer <key>".',
    );
  const hash = digest(presented);
  let project: string | undefined;
  for (const key of keys) if (timingSafeEqual(hash, key.sha256)) project = key.project;
  if (project === undefined)
    throw new LatheError('invalid_api_key', 'The API key is not valid for this service.');
  return project;
}
