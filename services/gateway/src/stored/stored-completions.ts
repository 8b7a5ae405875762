import { storedCompletionPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { type Page, page } from '@lathe/contracts/http/list';
import {
  type CompletionFilter,
  type Feedback,
  type KeptCompletion,
  keptCompletionSchema,
  type listCompletionsQuerySchema,
  type listMessagesQuerySchema,
  type StoredCompletion,
  type StoredMessage,
} from '@lathe/contracts/http/stored-completion';
import { isId } from '@lathe/contracts/id';
import type { StoredCompletionRecord } from '@lathe/contracts/record/stored-completion';
import { recordKey } from '@lathe/contracts/subject';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';
import type { Logger } from '@lathe/platform/log';
import { changeRecord } from '@lathe/platform/records/change';
import type { RecordStore } from '@lathe/platform/records/port';
import type { z } from 'zod';
import { cut, newestFirst, oldestFirst } from '../http/cursor.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import type { Listed } from '../record-lists.ts';
import type { StorePorts } from './store-completion.ts';

export type StoredPorts = StorePorts & {
  /** Of what was deleted lately. */
  readonly places: RecordStore<Place>;
};

/** The record of a stored completion of the project. Throws `not_found`. */
export async function getStored(
  { storedCompletions }: Pick<StoredPorts, 'storedCompletions'>,
  project: string,
  id: string,
): Promise<StoredCompletionRecord> {
  const stored = isId('completion', id)
    ? await storedCompletions.get(recordKey(project, id))
    : null;
  if (stored !== null) return stored.value;
  throw missing(id);
}

/** What was asked and answered; null when it is deleted just now. */
export function keptOf(
  { artifacts }: Pick<StoredPorts, 'artifacts'>,
  { key }: StoredCompletionRecord,
): Promise<KeptCompletion | null> {
  return findJson(artifacts, key, keptCompletionSchema);
}

function missing(id: string): LatheError {
  return new LatheError('not_found', `No stored completion ${JSON.stringify(id)} exists.`, {
    param: 'completion_id',
  });
}

/** A stored completion as it is told. Throws `not_found` when it is deleted just now. */
export async function storedObject(
  ports: Pick<StoredPorts, 'artifacts'>,
  record: StoredCompletionRecord,
): Promise<StoredCompletion> {
  const kept = await keptOf(ports, record);
  if (kept === null) throw missing(record.id);
  return objectOf(record, kept);
}

function objectOf(
  { metadata, feedback }: StoredCompletionRecord,
  { completion, asked }: KeptCompletion,
): StoredCompletion {
  return { ...completion, ...asked, metadata, lathe: { feedback } };
}

/** The project's stored completions, oldest first unless `order` says otherwise; what is damaged is left out, and the log says so. */
export async function listStored(
  ports: StoredPorts & Listed<'storedCompletions'> & { readonly log: Logger },
  project: string,
  query: z.infer<typeof listCompletionsQuerySchema>,
): Promise<Page<StoredCompletion>> {
  const all = await ports.lists.storedCompletions.list(project);
  const { items, hasMore } = await recordPage(all, query, {
    ...{ project, records: ports.storedCompletions, places: ports.places },
    compare: query.order === 'desc' ? newestFirst : oldestFirst,
    isShown: (completion) => isMeant(completion, query),
  });
  const told: StoredCompletion[] = [];
  for (const item of items) {
    const kept = await keptOf(ports, item).catch((error: unknown) => {
      if (!(error instanceof ArtifactError && error.isStoreDamage)) throw error;
      // One that is damaged must not hide the others.
      ports.log.error({ err: error, id: item.id }, 'left out a stored completion that is damaged');
      return null;
    });
    if (kept !== null) told.push(objectOf(item, kept));
  }
  return page(told, hasMore);
}

/** Most stored completions that are meant at a time, where the filter says nothing. */
const mostChosen = 10_000;

/** The stored completions that a filter means, oldest first. */
export async function chosenStored(
  { storedCompletions }: Pick<StoredPorts, 'storedCompletions'>,
  project: string,
  filter: CompletionFilter,
): Promise<StoredCompletionRecord[]> {
  const { created_after: after, created_before: before, limit } = filter;
  const isWithin = ({ createdAt }: StoredCompletionRecord) =>
    (after == null || createdAt > after) && (before == null || createdAt < before);
  return (await storedCompletions.list(project))
    .map(({ value }) => value)
    .filter((record) => isMeant(record, filter) && isWithin(record))
    .toSorted(oldestFirst)
    .slice(0, limit ?? mostChosen);
}

function isMeant(
  record: Pick<StoredCompletionRecord, 'model' | 'metadata'>,
  {
    model,
    metadata,
  }: {
    readonly model?: string | null | undefined;
    readonly metadata?: Record<string, string> | null | undefined;
  },
): boolean {
  if (model != null && record.model !== model) return false;
  return Object.entries(metadata ?? {}).every(([key, value]) => record.metadata?.[key] === value);
}

/** The messages that were asked. Throws `not_found` when it is deleted just now, and `invalid_value` for an `after` that is none of them. */
export async function storedMessages(
  ports: Pick<StoredPorts, 'artifacts'>,
  record: StoredCompletionRecord,
  query: z.infer<typeof listMessagesQuerySchema>,
): Promise<Page<StoredMessage>> {
  const kept = await keptOf(ports, record);
  if (kept === null) throw missing(record.id);
  const { messages } = kept;
  const all = messages.map(({ role, content, name, tool_calls, tool_call_id }, at) => ({
    id: `${record.id}-${at}`,
    createdMs: at,
    ...{ role, name: name ?? null },
    content: typeof content === 'string' ? content : null,
    content_parts: Array.isArray(content) ? content : null,
    ...(tool_calls != null && { tool_calls }),
    ...(tool_call_id != null && { tool_call_id }),
  }));
  if (query.order === 'desc') all.reverse();
  const { items, hasMore } = await cut(all, query, {
    compare: (a, b) => a.createdMs - b.createdMs,
    isShown: () => true,
  });
  return page(
    items.map(({ createdMs: _, ...message }) => message),
    hasMore,
  );
}

/** Changes what is said about a stored completion. Throws `not_found`. */
export async function changeStored(
  { storedCompletions }: Pick<StoredPorts, 'storedCompletions'>,
  { project, id }: StoredCompletionRecord,
  change: Partial<Pick<StoredCompletionRecord, 'metadata'>> & { readonly feedback?: Feedback },
): Promise<StoredCompletionRecord> {
  const changed = await changeRecord(storedCompletions, recordKey(project, id), (record) => ({
    ...record,
    ...change,
  }));
  if (changed === undefined) throw missing(id);
  return changed;
}

/** Removes a stored completion: first the record, then what was asked and answered. */
export async function eraseStored(
  {
    storedCompletions,
    places,
    artifacts,
  }: Pick<StoredPorts, 'storedCompletions' | 'places' | 'artifacts'>,
  record: StoredCompletionRecord,
): Promise<void> {
  const { project, id } = record;
  await rememberPlace(places, record);
  await storedCompletions.delete(recordKey(project, id));
  await artifacts.deletePrefix(storedCompletionPrefix(project, id));
}

/** Erases, of every project, those that are too old, and the oldest of those that are too many. Returns how many. */
export async function eraseOldCompletions(
  ports: StoredPorts,
  limits: { readonly storedCompletionsKept: number; readonly storedCompletionsKeepMs: number },
): Promise<number> {
  const { storedCompletionsKept: kept, storedCompletionsKeepMs: keepMs } = limits;
  const before = keepMs === 0 ? 0 : ports.now() - keepMs;
  const all = (await ports.storedCompletions.list('')).map(({ value }) => value);
  let erased = 0;
  for (const own of Map.groupBy(all, ({ project }) => project).values())
    for (const [at, record] of own.toSorted(newestFirst).entries())
      if (at >= kept || record.createdMs < before) {
        await eraseStored(ports, record);
        erased++;
      }
  return erased;
}
