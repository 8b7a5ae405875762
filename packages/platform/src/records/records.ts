import { type JobRecord, jobRecordSchema } from '@lathe/contracts/job/record';
import { type AliasRecord, aliasRecordSchema } from '@lathe/contracts/record/alias';
import { type BatchRecord, batchRecordSchema } from '@lathe/contracts/record/batch';
import { type CheckpointRecord, checkpointRecordSchema } from '@lathe/contracts/record/checkpoint';
import { type DataWorkRecord, dataWorkRecordSchema } from '@lathe/contracts/record/data-work';
import { type EvalRecord, evalRecordSchema } from '@lathe/contracts/record/eval';
import { type EvalRunRecord, evalRunRecordSchema } from '@lathe/contracts/record/eval-run';
import { type EvaluatorRecord, evaluatorRecordSchema } from '@lathe/contracts/record/evaluator';
import { type ExportRecord, exportRecordSchema } from '@lathe/contracts/record/export';
import { type FileRecord, fileRecordSchema } from '@lathe/contracts/record/file';
import { type KeyRecord, keyRecordSchema } from '@lathe/contracts/record/key';
import { type ModelRecord, modelRecordSchema } from '@lathe/contracts/record/model';
import {
  type StoredCompletionRecord,
  storedCompletionRecordSchema,
} from '@lathe/contracts/record/stored-completion';
import { type UploadRecord, uploadRecordSchema } from '@lathe/contracts/record/upload';
import { type UsageRecord, usageRecordSchema } from '@lathe/contracts/record/usage';
import { type WorkerRecord, workerRecordSchema } from '@lathe/contracts/record/worker';
import { buckets } from '@lathe/contracts/subject';
import type { Nats } from '../nats/connection.ts';
import { openRecords } from './kv.ts';
import type { RecordStore } from './port.ts';

/** The stores of records that services share; each takes those that it needs. */
export type Records = {
  readonly jobs: RecordStore<JobRecord>;
  readonly files: RecordStore<FileRecord>;
  readonly uploads: RecordStore<UploadRecord>;
  readonly models: RecordStore<ModelRecord>;
  readonly aliases: RecordStore<AliasRecord>;
  readonly checkpoints: RecordStore<CheckpointRecord>;
  readonly workers: RecordStore<WorkerRecord>;
  readonly evaluators: RecordStore<EvaluatorRecord>;
  readonly dataWork: RecordStore<DataWorkRecord>;
  readonly evals: RecordStore<EvalRecord>;
  readonly evalRuns: RecordStore<EvalRunRecord>;
  readonly batches: RecordStore<BatchRecord>;
  readonly storedCompletions: RecordStore<StoredCompletionRecord>;
  readonly exports: RecordStore<ExportRecord>;
  readonly usage: RecordStore<UsageRecord>;
  readonly keys: RecordStore<KeyRecord>;
};

/**
 * Opens every shared store of records.
 * @example const { jobs, models } = await openAllRecords(nats);
 */
export async function openAllRecords(nats: Nats): Promise<Records> {
  return {
    jobs: await openRecords(nats, buckets.jobs, jobRecordSchema),
    files: await openRecords(nats, buckets.files, fileRecordSchema),
    uploads: await openRecords(nats, buckets.uploads, uploadRecordSchema),
    models: await openRecords(nats, buckets.models, modelRecordSchema),
    aliases: await openRecords(nats, buckets.aliases, aliasRecordSchema),
    checkpoints: await openRecords(nats, buckets.checkpoints, checkpointRecordSchema),
    workers: await openRecords(nats, buckets.workers, workerRecordSchema),
    evaluators: await openRecords(nats, buckets.evaluators, evaluatorRecordSchema),
    dataWork: await openRecords(nats, buckets.dataWork, dataWorkRecordSchema),
    evals: await openRecords(nats, buckets.evals, evalRecordSchema),
    evalRuns: await openRecords(nats, buckets.evalRuns, evalRunRecordSchema),
    batches: await openRecords(nats, buckets.batches, batchRecordSchema),
    storedCompletions: await openRecords(
      nats,
      buckets.storedCompletions,
      storedCompletionRecordSchema,
    ),
    exports: await openRecords(nats, buckets.exports, exportRecordSchema),
    usage: await openRecords(nats, buckets.usage, usageRecordSchema),
    keys: await openRecords(nats, buckets.keys, keyRecordSchema),
  };
}
