import { createHash, randomBytes } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import type {
  CreatedKey,
  CreateKey,
  KeyObject,
  listKeysQuerySchema,
} from '@lathe/contracts/http/key';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId, newId } from '@lathe/contracts/id';
import type { KeyRecord } from '@lathe/contracts/record/key';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import type { z } from 'zod';
import type { StoredKey } from '../http/authenticate.ts';
import { cut, newestFirst } from '../http/cursor.ts';
import type { Caller } from '../http/http.ts';
import { type Place, placeOf, rememberPlace } from '../http/places.ts';
import type { Keyring } from './keyring.ts';

export type KeyPorts = Pick<Records, 'keys'> & {
  readonly keyring: Keyring;
  readonly places: RecordStore<Place>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** How many characters of a key are kept, of 43 random ones. */
const endingLength = 4;

/**
 * Makes a key, of the asking one's project unless the operator names another. Throws `insufficient_permissions` for a
 * member, and for another project, and `rate_limit_exceeded` when the project has as many as it may.
 */
export async function createKey(
  ports: KeyPorts,
  request: { readonly caller: Caller; readonly requestId: string; readonly body: CreateKey },
  limits: { readonly keysKept: number },
): Promise<CreatedKey> {
  const { caller, requestId, body } = request;
  requireAdmin(caller);
  const { name, role, project = caller.project } = body;
  if (project !== caller.project && caller.role !== 'operator')
    throw new LatheError(
      'insufficient_permissions',
      `The API key makes keys of the project '${caller.project}' only; those of other projects are made with the key of LATHE_API_KEY.`,
      { param: 'project' },
    );
  if ((await ports.keyring.list(project)).length >= limits.keysKept)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${limits.keysKept} keys, as many as it may have; revoke one of them.`,
      { retryable: false },
    );
  const key = `sk-lathe-${randomBytes(32).toString('base64url')}`;
  const nowMs = ports.now();
  const record: KeyRecord = {
    ...{ version: 1, id: newId('key'), project, requestId, name, role },
    ...{ createdAt: Math.floor(nowMs / 1000), createdMs: nowMs, createdBy: caller.keyId },
    sha256: createHash('sha256').update(key).digest('hex'),
    ending: key.slice(-endingLength),
    lastUsedAt: null,
  };
  await ports.keys.create(recordKey(project, record.id), record);
  return { ...keyObject(record), key };
}

/** The keys of the asking one's project, newest first, those of settings last. Throws `insufficient_permissions` for a member. */
export async function listKeys(
  ports: KeyPorts,
  caller: Caller,
  query: z.infer<typeof listKeysQuerySchema>,
): Promise<Page<KeyObject>> {
  requireAdmin(caller);
  const { project } = caller;
  // What this gateway saw a moment ago is in the answer.
  await ports.keyring.writeUses();
  const configured = ports.keyring.configured.filter((key) => key.project === project);
  const all = [
    ...(await ports.keyring.list(project)).map((record) => ({
      createdMs: record.createdMs,
      ...keyObject(record),
    })),
    ...configured.map((key) => ({ createdMs: 0, ...configuredObject(key) })),
  ].toSorted(newestFirst);
  const { items, hasMore } = await cut(all, query, {
    compare: newestFirst,
    isShown: () => true,
    placeOf: (id) => placeOf(ports.places, project, id),
  });
  return page(
    items.map(({ createdMs: _, ...shown }) => shown),
    hasMore,
  );
}

/** The asking key itself. */
export async function currentKey(ports: KeyPorts, caller: Caller): Promise<KeyObject> {
  const configured = ports.keyring.configured.find(({ keyId }) => keyId === caller.keyId);
  if (configured !== undefined) return configuredObject(configured);
  const stored = await ports.keys.get(recordKey(caller.project, caller.keyId));
  return stored === null ? missing(caller.keyId) : keyObject(stored.value);
}

/**
 * Takes a key of the asking one's project away. Throws `insufficient_permissions` for a member, `not_found`, and
 * `invalid_state` for a key that a setting gives.
 */
export async function revokeKey(ports: KeyPorts, caller: Caller, id: string): Promise<void> {
  requireAdmin(caller);
  const { project } = caller;
  if (ports.keyring.configured.some((key) => key.project === project && key.keyId === id))
    throw new LatheError(
      'invalid_state',
      `The key ${id} comes from a setting: take it away there, and start the gateway again.`,
      { param: 'id', retryable: false },
    );
  const key = recordKey(project, id);
  const stored = isId('key', id) ? await ports.keys.get(key) : null;
  if (stored === null) return missing(id);
  await rememberPlace(ports.places, stored.value);
  await ports.keys.delete(key);
}

function requireAdmin({ role }: Caller): void {
  if (role === 'member')
    throw new LatheError(
      'insufficient_permissions',
      'The API key is that of a member: keys are listed, created and revoked with the key of an admin of the project.',
    );
}

function missing(id: string): never {
  throw new LatheError('not_found', `No key ${JSON.stringify(id)} exists.`, { param: 'id' });
}

function keyObject(record: KeyRecord): KeyObject {
  const { id, createdAt, name, project, role, ending, createdBy, lastUsedAt } = record;
  return {
    ...{ id, object: 'lathe.key', created_at: createdAt, name, project, role, source: 'api' },
    redacted_value: `sk-lathe-…${ending}`,
    ...{ created_by: createdBy, last_used_at: lastUsedAt },
  };
}

/** Nothing of a key that somebody chose is shown. */
function configuredObject({ keyId, project, role }: StoredKey): KeyObject {
  return {
    ...{ id: keyId, object: 'lathe.key', created_at: null, name: nameOf(keyId), project, role },
    ...{ source: 'setting', redacted_value: null, created_by: null, last_used_at: null },
  };
}

/** `entry 2 of LATHE_API_KEYS` */
function nameOf(keyId: string): string {
  const [setting = keyId, entry] = keyId.split('-');
  return entry === undefined ? setting : `entry ${entry} of ${setting}`;
}
