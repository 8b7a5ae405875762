import { jobPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { ErasedJob } from '@lathe/contracts/http/erasure';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import { eraseEvents } from '@lathe/platform/nats/events';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import { removeFile } from '../files/files.ts';
import { type Place, rememberPlace } from '../http/places.ts';
import type { Claim } from '../jobs/duplicates.ts';
import { getJob } from '../jobs/jobs.ts';
import { type ModelPorts, removeModel, type TunedModel } from '../models/models.ts';

export type ErasurePorts = ModelPorts &
  Pick<Records, 'files' | 'checkpoints' | 'dataWork' | 'evalRuns' | 'batches'> & {
    readonly claims: RecordStore<Claim>;
    readonly places: RecordStore<Place>;
    readonly now: () => number;
  };

/**
 * Erases a job that is over with all that belongs to it: models, datasets, shards, checkpoints, reports, result
 * files, events, and the copies that evaluators keep. The record goes last, so that an erasure which broke off is
 * finished by asking again. Throws `not_found`, and `invalid_state` while the job is not over or another job has
 * yet to copy the model that it starts from.
 */
export async function eraseJob(
  ports: ErasurePorts,
  project: string,
  id: string,
): Promise<ErasedJob> {
  const job = await getJob(ports, project, id);
  requireOver(job);
  const models = await modelsOf(ports, job);
  const jobs = (await ports.jobs.list(project)).map((entry) => entry.value);
  const followers = jobs.filter((other) => goesOnFrom(other, job, models));
  requireCopied(followers, job);
  for (const model of models) await removeModel(ports, project, model);
  const checkpoints = await ports.checkpoints.list(recordKey(project, id));
  for (const { key } of checkpoints) await ports.checkpoints.delete(key);
  const files = await resultFilesOf(ports, job);
  for (const file of files) await removeFile(ports, file);
  let objects = 0;
  for await (const _ of ports.artifacts.list(jobPrefix(project, id))) objects++;
  await ports.artifacts.deletePrefix(jobPrefix(project, id));
  const events = await eraseEvents(ports.nats, project, id);
  await forgetRequests(ports, job);
  await rememberPlace(ports.places, job);
  await ports.jobs.delete(recordKey(project, id));
  return {
    id,
    object: 'fine_tuning.job',
    deleted: true,
    erased: {
      models: models.map(({ name }) => name),
      files: files.map((file) => file.id),
      events,
      objects,
    },
    still: {
      files: await keptFilesOf(ports, job),
      jobs: followers.map((follower) => follower.id),
    },
  };
}

/** Throws `invalid_state` for a job that somebody may still be working on. */
export function requireOver(job: JobRecord, param = 'id'): void {
  if (isTerminal(job.state)) return;
  throw new LatheError(
    'invalid_state',
    `The job ${job.id} is ${job.state}; cancel it or wait for its end before it is erased.`,
    { param },
  );
}

async function modelsOf({ models }: ErasurePorts, job: JobRecord): Promise<TunedModel[]> {
  return (await models.list(job.project)).flatMap(({ value }) =>
    value.kind !== 'base' && value.jobId === job.id ? [value] : [],
  );
}

/** Whether a job started from one of the models, whether it has its copy of it by now or not. */
function goesOnFrom(other: JobRecord, job: JobRecord, models: readonly TunedModel[]): boolean {
  if (other.start === undefined || other.id === job.id) return false;
  return models.some(({ name }) => name === other.model) || readsFrom(other, job);
}

/** Whether a job will read the files of another one, since it has no copy of its start yet. */
function readsFrom({ start }: JobRecord, job: JobRecord): boolean {
  return start?.manifestKey.startsWith(`${jobPrefix(job.project, job.id)}/`) === true;
}

function requireCopied(followers: readonly JobRecord[], job: JobRecord): void {
  const reader = followers.find((other) => !isTerminal(other.state) && readsFrom(other, job));
  if (reader !== undefined)
    throw new LatheError(
      'invalid_state',
      `The job ${reader.id} starts from a model of the job ${job.id} and has not read it yet; wait until it is queued, or cancel it.`,
      { param: 'id' },
    );
}

async function resultFilesOf({ files }: ErasurePorts, job: JobRecord): Promise<FileRecord[]> {
  const found: FileRecord[] = [];
  for (const id of job.resultFiles) {
    const stored = await files.get(recordKey(job.project, id));
    if (stored !== null) found.push(stored.value);
  }
  return found;
}

/** The files with the job's rows that are still there. */
async function keptFilesOf({ files }: ErasurePorts, job: JobRecord): Promise<string[]> {
  const kept: string[] = [];
  for (const id of filesOf(job))
    if ((await files.get(recordKey(job.project, id))) !== null) kept.push(id);
  return kept;
}

/** The files that a job read its rows from. */
export function filesOf({ trainingFile, validationFile, options }: JobRecord): string[] {
  const more = options.data?.more_files ?? [];
  return [trainingFile, ...more, ...(validationFile === null ? [] : [validationFile])];
}

/** A request that is sent again must not bring the job back under its old id. */
async function forgetRequests({ claims }: ErasurePorts, job: JobRecord): Promise<void> {
  for (const { key, value } of await claims.list(job.project))
    if (value.jobId === job.id) await claims.delete(key);
}

/**
 * Erases every job, of all projects, that ended longer than `retentionMs` ago; one that cannot be erased yet waits
 * for the next time. Returns how many.
 */
export async function eraseOldJobs(
  ports: ErasurePorts & { readonly log: Logger },
  { retentionMs }: { readonly retentionMs: number },
): Promise<number> {
  const before = (ports.now() - retentionMs) / 1000;
  let erased = 0;
  for (const { value: job } of await ports.jobs.list('')) {
    if (!isTerminal(job.state) || (job.finishedAt ?? job.createdAt) >= before) continue;
    try {
      await eraseJob(ports, job.project, job.id);
      erased++;
    } catch (error) {
      ports.log.warn({ err: error, jobId: job.id }, 'could not erase a job past its retention');
    }
  }
  if (erased > 0) ports.log.info({ erased }, 'erased jobs past their retention');
  return erased;
}
