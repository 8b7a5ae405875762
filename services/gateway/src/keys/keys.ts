import { createHash, randomBytes } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import {
  allProjects,
  type CreatedKey,
  type CreateKey,
  type KeyObject,
  type listKeysQuerySchema,
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

/**
 * The keys of the asking one's project, newest first, those of settings last; the operator may name another project, or all. Throws
 * `insufficient_permissions` for a member, and for another project.
 */
export async function listKeys(
  ports: KeyPorts,
  caller: Caller,
  query: z.infer<typeof listKeysQuerySchema>,
): Promise<Page<KeyObject>> {
  requireAdmin(caller);
  const { project = caller.project } = query;
  if (project !== caller.project && caller.role !== 'operator')
    throw new LatheError(
      'insufficient_permissions',
      `The API key lists keys of the project '${caller.project}' only; those of other projects are listed with the key of LATHE_API_KEY.`,
      { param: 'project' },
    );
  const isAll = project === allProjects;
  // What this gateway saw a moment ago is in the answer.
  await ports.keyring.writeUses();
  const records = await ports.keyring.list(isAll ? '' : project);
  const configured = ports.keyring.configured.filter((key) => isAll || key.project === project);
  const all = [
    ...records.map((record) => ({ createdMs: record.createdMs, ...keyObject(record) })),
    ...configured.map((key) => ({ createdMs: 0, ...configuredObject(key) })),
  ].toSorted(newestFirst);
  const projects = new Set(all.map((key) => key.project));
  const { items, hasMore } = await cut(all, query, {
    compare: newestFirst,
    isShown: () => true,
    placeOf: (id) => placeInOne(ports, isAll ? projects : [project], id),
  });
  return page(
    items.map(({ createdMs: _, ...shown }) => shown),
    hasMore,
  );
}

/** Where a key that is gone stood, which was of one of these projects. */
async function placeInOne(
  { places }: KeyPorts,
  projects: Iterable<string>,
  id: string,
): Promise<number | undefined> {
  for (const project of projects) {
    const place = await placeOf(places, project, id);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The asking key itself. */
export async function currentKey(ports: KeyPorts, caller: Caller): Promise<KeyObject> {
  const configured = ports.keyring.configured.find(({ keyId }) => keyId === caller.keyId);
  if (configured !== undefined) return configuredObject(configured);
  const stored = await ports.keys.get(recordKey(caller.project, caller.keyId));
  return stored === null ? missing(caller.keyId) : keyObject(stored.value);
}

/**
 * Takes a key of the asking one's project away, or of any where the operator asks. Throws `insufficient_permissions` for a member, `not_found`, and
 * `invalid_state` for a key that a setting gives. Returns the project that it was of.
 */
export async function revokeKey(ports: KeyPorts, caller: Caller, id: string): Promise<string> {
  requireAdmin(caller);
  const isOperator = caller.role === 'operator';
  const mayRevoke = ({ project }: { readonly project: string }): boolean =>
    isOperator || project === caller.project;
  if (ports.keyring.configured.some((key) => mayRevoke(key) && key.keyId === id))
    throw new LatheError(
      'invalid_state',
      `The key ${id} comes from a setting: take it away there, and start the gateway again.`,
      { param: 'id', retryable: false },
    );
  const known = await ports.keyring.list(isOperator ? '' : caller.project);
  const project = known.find((record) => record.id === id)?.project ?? caller.project;
  const key = recordKey(project, id);
  const stored = isId('key', id) ? await ports.keys.get(key) : null;
  if (stored === null) return missing(id);
  await rememberPlace(ports.places, stored.value);
  await ports.keys.delete(key);
  return project;
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
