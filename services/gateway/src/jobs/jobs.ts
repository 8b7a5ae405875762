import { randomInt } from 'node:crypto';
import { LatheError } from '@lathe/contracts/error';
import type { CreateJob, JobObject } from '@lathe/contracts/http/fine-tuning';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal, type JobState } from '@lathe/contracts/job/state';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import type { Records } from '@lathe/platform/records';
import { findNamedModel, findOwnModel } from '@lathe/platform/records/named-model';
import { ConflictError, type RecordStore } from '@lathe/platform/records/port';
import { type FilePorts, getFile } from '../files/files.ts';
import { newestFirst, oldestFirst } from '../http/cursor.ts';
import { BadReference } from '../http/failure.ts';
import { recordPage } from '../http/record-page.ts';
import { baseModelNames } from '../models/models.ts';
import { type Claim, claimId } from './duplicates.ts';
import type { JobBrief } from './job-briefs.ts';
import { type ContestantPorts, namedContestants } from './job-contestants.ts';
import { emit } from './job-events.ts';
import { checkForgettingEvals } from './job-forgetting.ts';
import { queueStage } from './job-queue.ts';
import { firstRecord } from './job-request.ts';
import { namedRetrieval } from './job-retrieval.ts';
import { jobStart } from './job-start.ts';
import { requireTask } from './job-task.ts';
import { type ShownPorts, shownJobs } from './shown-jobs.ts';

export type JobPorts = FilePorts &
  ContestantPorts &
  Pick<Records, 'evals' | 'evalRuns'> & {
    readonly nats: Nats;
    readonly claims: RecordStore<Claim>;
  };

/** A create request as it arrived. */
export type CreateRequest = {
  readonly project: string;
  readonly requestId: string;
  readonly body: CreateJob;
  /** Of what the body says. */
  readonly hash: string;
  readonly idempotencyKey: string | undefined;
  /** The client marked this as a repetition of a request whose answer it did not see. */
  readonly isRetry: boolean;
  /** Checks what the method names besides files and the model, and says what it comes to. */
  readonly checkMethod?: () => Promise<Pick<JobRecord, 'grader'>>;
};

export type CreateSettings = { readonly retryWindowMs: number; readonly idempotencyMs: number };

/**
 * Creates a job: checks the request, writes the record, then queues its first stage. Sent twice
 * (retry marker or idempotency key) it finds the first job, and finishes what the first try left
 * undone. Throws errors that name the field at fault.
 */
export async function createJob(
  ports: JobPorts,
  request: CreateRequest,
  settings: CreateSettings,
): Promise<JobRecord> {
  const { project, requestId, body, hash, idempotencyKey, isRetry } = request;
  const nowMs = ports.now();
  const draft = firstRecord(body, { id: '', project, requestId, nowMs, seed: randomInt(2 ** 31) });
  const claim = { kind: 'job', project, hash, idempotencyKey, isRetry, nowMs } as const;
  const check = async (): Promise<References> => {
    const method = await request.checkMethod?.();
    return { ...method, ...(await checkReferences(ports, project, body)) };
  };
  let checked: References | undefined;
  const jobId = await claimId(ports.claims, claim, settings, {
    check: async () => {
      checked = await check();
    },
    hasEnded: async (id) => {
      const earlier = await ports.jobs.get(recordKey(project, id));
      return earlier !== null && isTerminal(earlier.value.state);
    },
  });
  const known = checked === undefined ? await ports.jobs.get(recordKey(project, jobId)) : null;
  const record =
    known?.value ??
    (await createOnce(ports, { ...draft, id: jobId, ...(checked ?? (await check())) }));
  if (record.state === 'validating_files' && record.epoch === 0)
    await queueStage(ports.nats, record);
  return record;
}

/** Writes the record and its first event, unless an earlier try has. */
async function createOnce(ports: JobPorts, draft: JobRecord): Promise<JobRecord> {
  const key = recordKey(draft.project, draft.id);
  try {
    await ports.jobs.create(key, draft);
  } catch (error) {
    // Ids are random: a job of this id can only be the same request's.
    const stored = error instanceof ConflictError ? await ports.jobs.get(key) : null;
    if (stored === null) throw error;
    return stored.value;
  }
  await emit(ports.nats, draft, {
    name: 'created',
    message: `Created fine-tuning job: ${draft.id}`,
    nowMs: ports.now(),
  });
  return draft;
}

/** What the names in a request come to: an alias is no part of a job, which has to stay what it is. */
type References = Pick<JobRecord, 'model' | 'start'> &
  Partial<Pick<JobRecord, 'options' | 'grader'>>;

/** Checks what a request names. Throws errors that name the field at fault. */
export async function checkReferences(
  ports: JobPorts,
  project: string,
  body: CreateJob,
): Promise<References> {
  const model = await findNamedModel(ports, project, body.model);
  if (model === undefined) {
    const names = await baseModelNames(ports);
    // Evaluators tell of base models when they start.
    if (names.length === 0)
      throw new LatheError('unavailable', 'No base model is served yet; try again.', {
        param: 'model',
      });
    throw new BadReference(
      'model_not_found',
      `The model '${body.model}' does not exist. There are: ${names.join(', ')}.`,
      { param: 'model' },
    );
  }
  const base = model.kind === 'base' ? model : await findOwnModel(ports, project, model.base);
  const architecture = (base?.kind === 'base' ? base.architecture : undefined) ?? 'decoder';
  requireTask(body, model, architecture);
  const start = model.kind === 'base' ? {} : { start: await jobStart(ports, model, body) };
  await checkFile(ports, project, { id: body.training_file, param: 'training_file' });
  await checkMoreFiles(ports, project, body);
  if (body.validation_file != null)
    await checkFile(ports, project, { id: body.validation_file, param: 'validation_file' });
  const job = { body, model, architecture };
  const contestants = await namedContestants(ports, project, job);
  const retrieval = await namedRetrieval(ports, project, job);
  await checkForgettingEvals(ports, project, job);
  const named = { ...(contestants && { contestants }), ...(retrieval && { retrieval }) };
  const isNamed = Object.keys(named).length > 0;
  return {
    model: model.name,
    ...start,
    ...(isNamed && { options: { ...body.lathe, ...named } }),
  };
}

/** Throws for files beside the training file that no job can read, or that are there twice. */
export async function checkMoreFiles(
  ports: JobPorts,
  project: string,
  { training_file: first, lathe }: Pick<CreateJob, 'training_file' | 'lathe'>,
): Promise<void> {
  const more = lathe?.data?.more_files ?? [];
  for (const [at, id] of more.entries()) {
    const param = `lathe.data.more_files[${at}]`;
    await checkFile(ports, project, { id, param });
    if (id === first || more.indexOf(id) < at)
      throw new LatheError('invalid_value', `'${param}' names the file ${id} a second time.`, {
        param,
      });
  }
}

/** Throws for a file that no job can read. */
export async function checkFile(
  ports: JobPorts,
  project: string,
  { id, param }: { id: string; param: string },
): Promise<void> {
  let file: FileRecord;
  try {
    file = await getFile(ports, project, id);
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== 'not_found') throw error;
    throw new BadReference('not_found', `'${param}' names no file: ${id} does not exist.`, {
      param,
      cause: error,
    });
  }
  if (file.purpose !== 'fine-tune')
    throw new LatheError(
      'invalid_value',
      `'${param}' has the purpose '${file.purpose}'; upload it with the purpose 'fine-tune'.`,
      { param },
    );
  // A file that failed an earlier job is let through: whether it can be trained on is ingest's verdict.
  if (file.status === 'uploaded')
    throw new LatheError('file_not_ready', `'${param}' is not processed yet.`, { param });
}

/** A job of the project. Throws `not_found`. */
export async function getJob(
  ports: Pick<JobPorts, 'jobs'>,
  project: string,
  id: string,
): Promise<JobRecord> {
  const stored = isId('job', id) ? await ports.jobs.get(recordKey(project, id)) : null;
  if (stored === null)
    throw new LatheError('not_found', `No fine-tuning job ${JSON.stringify(id)} exists.`, {
      param: 'id',
    });
  return stored.value;
}

/** What a list of jobs may be narrowed by: pairs that all must be there, or no metadata at all. */
export type JobFilter = {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly metadata: ReadonlyMap<string, string> | 'none';
  /** The states in which they may be. */
  readonly status?: readonly JobState[] | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

/** The project's jobs, newest first or, with the order `asc`, oldest first. Only those that are shown are read whole. */
export async function listJobs(
  ports: Pick<JobPorts, 'jobs' | 'places'> & ShownPorts,
  project: string,
  filter: JobFilter,
): Promise<Page<JobObject>> {
  const { items, hasMore } = await recordPage(await ports.jobBriefs.list(project), filter, {
    ...{ project, records: ports.jobs, places: ports.places },
    compare: filter.order === 'asc' ? oldestFirst : newestFirst,
    isShown: (job) => matches(job, filter.metadata) && (filter.status?.includes(job.state) ?? true),
  });
  return page(await shownJobs(ports, items), hasMore);
}

function matches(job: JobBrief, wanted: JobFilter['metadata']): boolean {
  const metadata = job.metadata ?? {};
  if (wanted === 'none') return Object.keys(metadata).length === 0;
  return [...wanted].every(([key, value]) => metadata[key] === value);
}
