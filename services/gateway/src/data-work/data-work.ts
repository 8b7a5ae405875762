import { dataWorkPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { type IdKind, isId, newId } from '@lathe/contracts/id';
import {
  type DataWorkInput,
  type DataWorkKind,
  type DataWorkOf,
  type DataWorkRecord,
  endDataWork,
  isOfKind,
  isOver,
} from '@lathe/contracts/record/data-work';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import { publishWork } from '@lathe/platform/nats/work';
import type { Records } from '@lathe/platform/records';
import { changeRecord } from '@lathe/platform/records/change';
import type { RecordStore } from '@lathe/platform/records/port';
import { newestFirst } from '../http/cursor.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import type { Listed } from '../record-lists.ts';

export type DataWorkPorts = Pick<Records, 'dataWork'> & {
  readonly nats: Nats;
  readonly artifacts: ArtifactStore;
  readonly places: RecordStore<Place>;
  readonly now: () => number;
};

export type DataWorkLimits = {
  /** Data work of one project that may be under way. */
  readonly dataWorkOpen: number;
  /** Data work of one project that is over and kept. */
  readonly dataWorkKept: number;
};

/** How each kind is called, in ids and in words. */
const names: Readonly<Record<DataWorkKind, { readonly id: IdKind; readonly word: string }>> = {
  inspect: { id: 'inspection', word: 'inspection' },
  dataset: { id: 'dataset', word: 'dataset' },
};

/** Seconds after which a place is likely to be free again. */
const retryAfterMs = 5000;

/**
 * Begins data work: writes the record, then queues it. The same input while it is under way is the same work: a request
 * that is sent again starts nothing. Throws `rate_limit_exceeded` when the project has too much under way.
 */
export async function createDataWork<Input extends DataWorkInput>(
  ports: DataWorkPorts,
  request: { readonly project: string; readonly requestId: string; readonly input: Input },
  limits: DataWorkLimits,
): Promise<DataWorkRecord & { readonly input: Input }> {
  const { project, requestId, input } = request;
  const all = (await ports.dataWork.list(project)).map(({ value }) => value);
  const open = all.filter((work) => !isOver(work));
  const same = open.find((work) => isSame(work.input, input));
  if (same !== undefined) return { ...same, input };
  if (open.length >= limits.dataWorkOpen)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${open.length} inspections or other work on its data under way, and may have ${limits.dataWorkOpen}; wait for one of them, or cancel it.`,
      { retryAfterMs },
    );
  const kept = all.filter(isOver).toSorted(newestFirst);
  for (const oldest of kept.slice(limits.dataWorkKept - 1)) await eraseDataWork(ports, oldest);
  const nowMs = ports.now();
  const work = {
    version: 1 as const,
    id: newId(names[input.kind].id),
    project,
    createdAt: Math.floor(nowMs / 1000),
    createdMs: nowMs,
    requestId,
    state: 'queued' as const,
    input,
    progress: null,
    result: null,
    error: null,
    finishedAt: null,
  };
  await ports.dataWork.create(recordKey(project, work.id), work);
  await publishWork(ports.nats, 'data', {
    version: 1,
    project,
    jobId: work.id,
    epoch: 0,
    requestId,
  });
  return work;
}

/** The newest data work with the same input that has succeeded; undefined where there is none. */
export async function doneBefore<Input extends DataWorkInput>(
  { dataWork }: Pick<DataWorkPorts, 'dataWork'>,
  project: string,
  input: Input,
): Promise<(DataWorkRecord & { readonly input: Input }) | undefined> {
  const [same] = (await dataWork.list(project))
    .map(({ value }) => value)
    .filter((work) => work.state === 'succeeded' && isSame(work.input, input))
    .toSorted(newestFirst);
  return same && { ...same, input };
}

function isSame(one: DataWorkInput, other: DataWorkInput): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Data work of that kind of the project. Throws `not_found`. */
export async function getDataWork<Kind extends DataWorkKind>(
  { dataWork }: Pick<DataWorkPorts, 'dataWork'>,
  project: string,
  { kind, id }: { readonly kind: Kind; readonly id: string },
): Promise<DataWorkOf<Kind>> {
  const stored = isId(names[kind].id, id) ? await dataWork.get(recordKey(project, id)) : null;
  return stored !== null && isOfKind(stored.value, kind) ? stored.value : missing(kind, id);
}

function missing(kind: DataWorkKind, id: string): never {
  throw new LatheError('not_found', `No ${names[kind].word} ${JSON.stringify(id)} exists.`, {
    param: 'id',
  });
}

/** Data work of that kind of the project, newest first. */
export async function listDataWork<Kind extends DataWorkKind>(
  { dataWork, places, lists }: Pick<DataWorkPorts, 'dataWork' | 'places'> & Listed<'dataWork'>,
  project: string,
  query: {
    readonly kind: Kind;
    /** Which file it must read; undefined: any. */
    readonly file: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): Promise<{ items: DataWorkOf<Kind>[]; hasMore: boolean }> {
  const all = (await lists.dataWork.list(project)).filter(({ kind }) => kind === query.kind);
  const { items, hasMore } = await recordPage(all, query, {
    ...{ project, records: dataWork, places, compare: newestFirst },
    isShown: ({ files }) => query.file === undefined || files.includes(query.file),
  });
  return {
    items: items.filter((work) => isOfKind(work, query.kind)),
    hasMore,
  };
}

/** Ends data work that is not over: whoever works on it stops. Throws `not_found`, and `invalid_state` where it is over. */
export async function cancelDataWork<Kind extends DataWorkKind>(
  { dataWork, now }: Pick<DataWorkPorts, 'dataWork' | 'now'>,
  work: DataWorkOf<Kind>,
): Promise<DataWorkOf<Kind>> {
  const { project, id, input } = work;
  const ended = await changeRecord(dataWork, recordKey(project, id), (record) =>
    endDataWork(record, { state: 'cancelled' }, Math.floor(now() / 1000)),
  );
  return ended === undefined ? missing(input.kind, id) : { ...ended, input };
}

/** Removes data work with its objects; whoever works on it stops. Files that it made are files like any other, and stay. */
export async function eraseDataWork(ports: DataWorkPorts, work: DataWorkRecord): Promise<void> {
  const { project, id } = work;
  await rememberPlace(ports.places, work);
  // First the record: what an ingest stores from now on it removes itself, since it finds none.
  await ports.dataWork.delete(recordKey(project, id));
  await ports.artifacts.deletePrefix(dataWorkPrefix(project, id));
}

/** The data work once it is over, or as it is when the time is up or the client has left. */
export async function waitForEnd<Kind extends DataWorkKind>(
  { dataWork }: Pick<DataWorkPorts, 'dataWork'>,
  work: DataWorkOf<Kind>,
  { waitMs, pollMs, signal }: { waitMs: number; pollMs: number; signal: AbortSignal },
): Promise<DataWorkOf<Kind>> {
  const until = performance.now() + waitMs;
  let now = work;
  while (!isOver(now) && performance.now() < until && !signal.aborted) {
    await pause(pollMs, signal);
    const stored = await dataWork.get(recordKey(work.project, work.id));
    if (stored !== null) now = { ...stored.value, input: work.input };
  }
  return now;
}
