import { LatheError } from '@lathe/contracts/error';
import type { CreateBatch } from '@lathe/contracts/http/batch';
import { newId } from '@lathe/contracts/id';
import { type BatchRecord, isBatchOver } from '@lathe/contracts/record/batch';
import { recordKey } from '@lathe/contracts/subject';
import { publishWork } from '@lathe/platform/nats/work';
import { ConflictError } from '@lathe/platform/records/port';
import { getFile } from '../files/files.ts';
import { newestFirst } from '../http/cursor.ts';
import { BadReference } from '../http/failure.ts';
import { claimId, requestHash } from '../jobs/duplicates.ts';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import { eraseBatch } from './batches.ts';

/** A request for a batch as it arrived. */
export type BatchRequest = {
  readonly body: CreateBatch;
  readonly project: string;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
  /** The client marked this as a repetition of a request whose answer it did not see. */
  readonly isRetry: boolean;
};

/** Milliseconds after which a place is likely to be free again. */
const retryAfterMs = 5000;

/**
 * Begins a batch: checks what the request names, writes the record, and queues it; its file is read by whoever works on it. Sent
 * twice (retry marker or idempotency key) it finds the first one. Throws errors that name the field at fault, and
 * `rate_limit_exceeded` when the project has too many batches under way.
 */
export async function createBatch(
  ports: BatchPorts,
  request: BatchRequest,
  settings: BatchSettings,
): Promise<BatchRecord> {
  const { project, requestId, body, idempotencyKey, isRetry } = request;
  const nowMs = ports.now();
  const hash = requestHash({ batch: body });
  const claim = { kind: 'batch', project, hash, idempotencyKey, isRetry, nowMs } as const;
  const stored = (id: string) => ports.batches.get(recordKey(project, id));
  const id = await claimId(ports.claims, claim, settings, {
    check: () => check(ports, request, settings),
    hasEnded: async (known) => {
      const earlier = await stored(known);
      return earlier !== null && isBatchOver(earlier.value);
    },
  });
  const known = (await stored(id))?.value;
  const batch = known ?? (await store(ports, newBatch({ id, nowMs, request, settings })));
  if (batch.state === 'validating')
    await publishWork(ports.nats, 'batch', {
      ...{ version: 1, project, jobId: id, epoch: 0, requestId },
    });
  return batch;
}

async function check(
  ports: BatchPorts,
  { project, body }: BatchRequest,
  { batchesOpen, batchesKept }: BatchSettings,
): Promise<void> {
  const param = 'input_file_id';
  const file = await getFile({ ...ports }, project, body.input_file_id).catch((cause: unknown) => {
    if (!(cause instanceof LatheError) || cause.code !== 'not_found') throw cause;
    const message = `'${param}' names no file: ${body.input_file_id} does not exist.`;
    throw new BadReference('not_found', message, { param, cause });
  });
  if (file.purpose !== 'batch')
    throw new LatheError(
      'invalid_value',
      `'${param}' names a file of purpose ${file.purpose}; upload it with purpose batch.`,
      { param },
    );
  const all = (await ports.batches.list(project)).map(({ value }) => value);
  const open = all.filter((batch) => !isBatchOver(batch)).length;
  if (open >= batchesOpen)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${open} batches under way, and may have ${batchesOpen}; wait for one of them, or cancel it.`,
      { retryAfterMs },
    );
  const over = all.filter(isBatchOver).toSorted(newestFirst);
  for (const oldest of over.slice(batchesKept - 1)) await eraseBatch(ports, oldest);
}

function newBatch({
  id,
  nowMs,
  request: { project, requestId, body },
  settings,
}: {
  readonly id: string;
  readonly nowMs: number;
  readonly request: BatchRequest;
  readonly settings: BatchSettings;
}): BatchRecord {
  return {
    version: 1,
    ...{ id, project, requestId },
    createdAt: Math.floor(nowMs / 1000),
    createdMs: nowMs,
    endpoint: body.endpoint,
    inputFileId: body.input_file_id,
    metadata: body.metadata ?? null,
    expiresAt: Math.floor((nowMs + settings.batchWindowMs) / 1000),
    outputSeconds: body.output_expires_after?.seconds ?? null,
    state: 'validating',
    times: {},
    counts: { total: 0, completed: 0, failed: 0 },
    model: null,
    errors: [],
    files: { output: newId('file'), error: newId('file') },
    outputFileId: null,
    errorFileId: null,
    usage: null,
  };
}

/** Stores the record, unless an earlier try has. */
async function store({ batches }: BatchPorts, batch: BatchRecord): Promise<BatchRecord> {
  const key = recordKey(batch.project, batch.id);
  try {
    await batches.create(key, batch);
    return batch;
  } catch (error) {
    // Ids are random: a batch of this id can only be the same request's.
    const earlier = error instanceof ConflictError ? await batches.get(key) : null;
    if (earlier === null) throw error;
    return earlier.value;
  }
}
