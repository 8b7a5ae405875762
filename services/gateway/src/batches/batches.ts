import { batchPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { BatchObject, listBatchesQuerySchema } from '@lathe/contracts/http/batch';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId } from '@lathe/contracts/id';
import { type BatchRecord, isBatchOver, moveBatch } from '@lathe/contracts/record/batch';
import { recordKey } from '@lathe/contracts/subject';
import { changeRecord } from '@lathe/platform/records/change';
import type { z } from 'zod';
import { newestFirst } from '../http/cursor.ts';
import { rememberPlace } from '../http/places.ts';
import { recordPage } from '../http/record-page.ts';
import type { Listed } from '../record-lists.ts';
import type { BatchPorts } from './batch-ports.ts';

/** The `batch` object of a record. */
export function batchObject(batch: BatchRecord): BatchObject {
  const { times, errors, model, outputFileId, errorFileId, usage } = batch;
  const since = Object.fromEntries(
    Object.entries(times).map(([state, time]) => [`${state}_at`, time]),
  );
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    input_file_id: batch.inputFileId,
    completion_window: '24h',
    status: batch.state,
    created_at: batch.createdAt,
    expires_at: batch.expiresAt,
    ...since,
    ...(model !== null && { model }),
    ...(errors.length > 0 && { errors: { object: 'list', data: errors } }),
    ...(outputFileId !== null && { output_file_id: outputFileId }),
    ...(errorFileId !== null && { error_file_id: errorFileId }),
    request_counts: batch.counts,
    ...(usage !== null && { usage }),
    metadata: batch.metadata,
  };
}

/** A batch of the project. Throws `not_found`. */
export async function getBatch(
  { batches }: Pick<BatchPorts, 'batches'>,
  project: string,
  id: string,
): Promise<BatchRecord> {
  const stored = isId('batch', id) ? await batches.get(recordKey(project, id)) : null;
  if (stored !== null) return stored.value;
  throw new LatheError('not_found', `No batch ${JSON.stringify(id)} exists.`, {
    param: 'batch_id',
  });
}

/** The project's batches, newest first. */
export async function listBatches(
  { batches, places, lists }: Pick<BatchPorts, 'batches' | 'places'> & Listed<'batches'>,
  project: string,
  query: z.infer<typeof listBatchesQuerySchema>,
): Promise<Page<BatchObject>> {
  const { items, hasMore } = await recordPage(await lists.batches.list(project), query, {
    ...{ project, records: batches, places },
    ...{ compare: newestFirst, isShown: () => true },
  });
  return page(items.map(batchObject), hasMore);
}

/**
 * Asks that a batch ends: whoever works on it stops, and what was answered until then is in its files. Throws `not_found`, and
 * `invalid_state` where it is over.
 */
export async function cancelBatch(
  { batches, now }: Pick<BatchPorts, 'batches' | 'now'>,
  { project, id }: BatchRecord,
): Promise<BatchRecord> {
  const ended = await changeRecord(batches, recordKey(project, id), (record) =>
    record.state === 'cancelling'
      ? null
      : moveBatch(record, 'cancelling', Math.floor(now() / 1000)),
  );
  if (ended !== undefined) return ended;
  throw new LatheError('not_found', `The batch ${id} was deleted.`, { param: 'batch_id' });
}

/** Removes a batch with its answers, but not its files; whoever works on it stops. */
export async function eraseBatch(
  ports: Pick<BatchPorts, 'batches' | 'places' | 'artifacts' | 'claims'>,
  batch: BatchRecord,
): Promise<void> {
  const { project, id } = batch;
  await rememberPlace(ports.places, batch);
  // A request that is sent again must not bring the batch back under its old id.
  for (const { key, value } of await ports.claims.list(project))
    if (value.jobId === id) await ports.claims.delete(key);
  // First the record: what a gateway stores from now on it removes itself, since it finds none.
  await ports.batches.delete(recordKey(project, id));
  await ports.artifacts.deletePrefix(batchPrefix(project, id));
}

/** Erases, of all projects, batches that ended longer ago than `retentionMs`, where that is not 0. Returns how many. */
export async function eraseOldBatches(
  ports: Pick<BatchPorts, 'batches' | 'places' | 'artifacts' | 'claims' | 'now'>,
  { retentionMs }: { readonly retentionMs: number },
): Promise<number> {
  if (retentionMs === 0) return 0;
  const before = ports.now() - retentionMs;
  const old = (await ports.batches.list('')).flatMap(({ value }) =>
    isBatchOver(value) && (value.times[value.state] ?? value.createdAt) * 1000 < before
      ? [value]
      : [],
  );
  for (const batch of old) await eraseBatch(ports, batch);
  return old.length;
}
