import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { type JobEvent, type JobNews, jobEvent } from '@lathe/contracts/message/event';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey } from '@lathe/contracts/subject';
import { changeRecord } from './change.ts';
import type { RecordStore } from './port.ts';

/**
 * Changes a job by compare-and-set: reads it, asks `change` for the new record (null: leave it) and
 * stores that, again from the start when somebody else was faster. `change` must be free of side
 * effects. Returns the record as it is now. Throws `not_found` when the project has no such job.
 * @example await changeJob((await openAllRecords(nats)).jobs, 'default', 'ftjob-4f…', (job) => ({ ...job, desired: 'cancel' }));
 */
export async function changeJob(
  store: RecordStore<JobRecord>,
  project: string,
  id: string,
  change: (record: JobRecord) => JobRecord | null,
): Promise<JobRecord> {
  const changed = await changeRecord(store, recordKey(project, id), change);
  if (changed === undefined)
    throw new LatheError('not_found', `No fine-tuning job ${id} exists.`, { retryable: false });
  return changed;
}

/** Where the events of jobs go. */
export type EventPorts = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Publishes an event of a job once for each `dedupeId`. */
  readonly publishEvent: (event: JobEvent, dedupeId: string) => Promise<unknown>;
};

/**
 * What publishes what happens to a job in a stage, once for each epoch; `detail` tells apart several events of one name
 * in one epoch.
 */
export function emitterOf(stage: Attempt['stage']) {
  return async (
    { now, publishEvent }: EventPorts,
    job: JobRecord,
    { detail, ...news }: JobNews & { readonly detail?: string },
  ): Promise<void> => {
    const id = `${stage}:${news.name}:${job.epoch}`;
    const event = jobEvent(job, news, now());
    await publishEvent(event, detail === undefined ? id : `${id}:${detail}`);
  };
}

/** A stage of a job that a service begins. */
export type Attempt = {
  readonly stage: 'ingest' | 'evaluate';
  /** The name under which the message server runs since it was started. */
  readonly server: string;
};

/**
 * Counts in the record that a service begins a stage of the job: an attempt that ends by neither result nor failure
 * shows so. A message server with another name was started anew, most likely with all the rest, and the count begins
 * again. A job that is gone, over or in another epoch is left alone.
 */
export async function beginAttempt(
  store: RecordStore<JobRecord>,
  { project, jobId, epoch }: WorkMessage,
  { stage, server }: Attempt,
): Promise<void> {
  if ((await store.get(recordKey(project, jobId))) === null) return;
  await changeJob(store, project, jobId, (record) => {
    const { attempt: last } = record;
    if (isTerminal(record.state) || record.stage !== stage || record.epoch !== epoch) return null;
    const goesOn = last?.stage === stage && last.epoch === epoch && last.server === server;
    return { ...record, attempt: { stage, epoch, server, count: goesOn ? last.count + 1 : 1 } };
  });
}
