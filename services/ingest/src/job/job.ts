import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPrefix } from '@lathe/contracts/artifact/key';
import { inStep, LatheError, mayResume, toWireError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import {
  baseModelOf,
  isResumable,
  type JobRecord,
  type JobStart,
  moveJob,
} from '@lathe/contracts/job/record';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { changeJob, type EventPorts } from '@lathe/platform/jobs';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import { watchJob } from '@lathe/platform/records/watch-job';
import { toHttp } from '@lathe/recipe/http-form';
import { createFindings, type Findings } from '../check/findings.ts';
import { openBaseModel } from '../model/base-model.ts';
import { openFile, openMore } from '../model/uploaded-file.ts';
import { prepareDataset } from '../pipeline.ts';
import type { Dataset, PipelinePorts } from '../prepare/ports.ts';
import { whatRowsShow } from '../prepare/what-rows-show.ts';
import { datasetHash } from '../reuse/dataset-hash.ts';
import { keepWarnings, reuseDataset } from '../reuse/reuse-dataset.ts';
import { type RowThreads, rowsOf } from '../rows/rows.ts';
import type { IngestSettings } from '../settings.ts';
import { copyStart } from './copy-start.ts';
import { forgetAttempt, forgetOtherAttempts } from './dataset-attempts.ts';
import { markFiles } from './file-status.ts';
import { emit, emitFindings } from './job-events.ts';
import { tellProgress } from './tell-progress.ts';

export type IngestPorts = EventPorts &
  Pick<Records, 'jobs' | 'files' | 'models'> & {
    readonly artifacts: ArtifactStore;
    readonly modelFolders: readonly string[];
    readonly settings: IngestSettings;
    readonly rowThreads: RowThreads;
    /** Where rows wait on disk. */
    readonly spoolFolder: string;
    readonly log: Logger;
    readonly publishTrain: (message: WorkMessage) => Promise<void>;
  };

export type IngestContext = { readonly signal: AbortSignal; readonly progress: () => void };
export type IngestOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'drop'; readonly reason: string };

/**
 * Does the ingest work of one job: from its uploaded files to a dataset, then on to the training
 * queue. Doing it twice, or after another ingest did it, changes nothing. Throws the failure of the
 * job, for `failJob`, or one of the infrastructure.
 */
export async function ingestJob(
  ports: IngestPorts,
  message: WorkMessage,
  context: IngestContext,
): Promise<IngestOutcome> {
  const stored = await ports.jobs.get(recordKey(message.project, message.jobId));
  const job = stored?.value;
  const over = job === undefined ? 'the job is gone' : reasonToDrop(job, message);
  if (job === undefined || over !== undefined) return { kind: 'drop', reason: over ?? '' };
  // An earlier delivery stored the result and may have stopped before handing it on.
  if (job.state !== 'validating_files') return handOn(ports, job);

  const findings = createFindings(ports.settings.listedFindings);
  const attempt = { project: job.project, jobId: job.id, id: newId('attempt') };
  let mayBeNamed = false;
  const workFolder = await mkdtemp(join(ports.spoolFolder, 'job-'));
  const watch = watchJob(ports, job, {
    look: (now) =>
      now?.state === 'validating_files' && now.epoch === job.epoch ? undefined : 'cancelled',
    pollMs: ports.settings.cancelPollMs,
    signal: context.signal,
  });
  try {
    const message = `Validating training file: ${job.trainingFile}`;
    await emit(ports, job, { name: 'validating', message });
    const dataset = await prepare(ports, job, {
      attempt: attempt.id,
      findings,
      workFolder,
      signal: watch.signal,
      progress: tellProgress(ports, job, context.progress),
    });
    await emitFindings(ports, job, findings);
    await markFiles(ports.files, job, findings);
    const copying = { signal: watch.signal, progress: context.progress };
    const origin = job.start;
    const start =
      origin &&
      (await inStep('copying the model that the job starts from', () =>
        copyStart(ports.artifacts, { ...job, start: origin }, copying),
      ));
    mayBeNamed = true;
    const outcome = await store(ports, job, { ...dataset, start });
    await (outcome.kind === 'drop' ? forgetAttempt : forgetOtherAttempts)(ports, attempt);
    return outcome;
  } catch (error) {
    if (!mayBeNamed) await forgetAttempt(ports, attempt);
    if (watch.found() !== undefined) {
      await forgetStart(ports, job);
      return { kind: 'drop', reason: 'the job was cancelled' };
    }
    if (error instanceof LatheError && !error.retryable) {
      await emitFindings(ports, job, findings);
      await markFiles(ports.files, job, findings);
    }
    throw error;
  } finally {
    watch.stop();
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Why a message is void, or undefined when there is work to do for it. */
function reasonToDrop(job: JobRecord, message: WorkMessage): string | undefined {
  if (job.epoch !== message.epoch) return `the job is in epoch ${job.epoch}`;
  if (job.state === 'validating_files' || (job.state === 'queued' && job.stage === 'train'))
    return undefined;
  return `the job is ${job.state}`;
}

type Prepared = Dataset & {
  /** Of what it was made. */
  readonly hash: string;
  /** The job whose dataset was taken; absent where the files were read. */
  readonly from?: string;
};

type Preparation = Pick<PipelinePorts, 'signal' | 'progress'> & {
  readonly attempt: string;
  readonly findings: Findings;
  readonly workFolder: string;
};

async function prepare(
  ports: IngestPorts,
  job: JobRecord,
  preparation: Preparation,
): Promise<Prepared> {
  const { artifacts, settings } = ports;
  const model = await inStep('opening the base model', () =>
    openBaseModel(ports, {
      name: baseModelOf(job),
      startKey: job.start?.manifestKey,
      into: join(preparation.workFolder, 'text'),
    }),
  );
  const trainingFile = await openFile(ports, job.project, {
    id: job.trainingFile,
    param: 'training_file',
  });
  const validationFile =
    job.validationFile === null
      ? null
      : await openFile(ports, job.project, { id: job.validationFile, param: 'validation_file' });
  const moreFiles = await openMore(ports, job.project, job.options);
  const { signal, attempt } = preparation;
  const rowModel = { session: attempt, folder: model.folder, name: model.name };
  const rows = rowsOf(ports.rowThreads, rowModel, { project: job.project, signal });
  const input = { job, attempt, trainingFile, moreFiles, validationFile, model };
  const hash = await datasetHash(input, settings);
  const { jobs } = ports;
  const reused = await inStep('copying the dataset of another job', () =>
    reuseDataset(input, hash, { artifacts, jobs, rows, ...preparation }),
  );
  if (reused !== undefined) return { ...reused.dataset, hash, from: reused.from };
  const dataset = await prepareDataset(input, { artifacts, settings, rows, ...preparation });
  await keepWarnings(artifacts, dataset.manifestKey, preparation.findings);
  return { ...dataset, hash };
}

/** Removes what was copied for a job that was cancelled or erased meanwhile; one that another ingest took on needs it. */
async function forgetStart({ jobs, artifacts }: IngestPorts, job: JobRecord): Promise<void> {
  if (job.start === undefined) return;
  const stored = await jobs.get(recordKey(job.project, job.id));
  if (stored === null || stored.value.state === 'cancelled')
    await artifacts.deletePrefix(startPrefix(job.project, job.id));
}

/** Moves the job on to training; whoever moved it first wins. */
async function store(
  ports: IngestPorts,
  job: JobRecord,
  dataset: Prepared & { readonly start: JobStart | undefined },
): Promise<IngestOutcome> {
  const { manifest, manifestKey, report, settings, start, hash, from } = dataset;
  const now = Math.floor(ports.now() / 1000);
  const changed = await changeJob(ports.jobs, job.project, job.id, (record) =>
    record.state === 'validating_files' && record.epoch === job.epoch
      ? moveJob(record, 'queued', {
          ...{ now, stage: 'train', datasetKey: manifestKey, datasetHash: hash, settings },
          plannedTokens: settings.epochs * manifest.train.tokens,
          ...(start && { start }),
        })
      : null,
  );
  if (changed.datasetKey !== manifestKey)
    return { kind: 'drop', reason: `the job is ${changed.state}` };
  const { train, heldOut, task } = manifest;
  const taught = task === undefined ? '' : ` for the task ${task.type}`;
  const { gain, told } = whatRowsShow(heldOut.rows, job.options.evaluation_rows);
  await emit(ports, job, {
    name: 'validated',
    message: `The files are valid${taught}: ${train.rows} rows to train on, ${heldOut.rows} held out, ${train.tokens} training tokens.${told}${from === undefined ? '' : ` They were read for the job ${from} already.`}`,
    data: {
      ...(from !== undefined && { dataset_of: from }),
      ...(task && { task: toHttp(task) }),
      rows: report.rows,
      tokens: report.tokens,
      packing: report.packing,
      training_rows: train.rows,
      training_tokens: train.tokens,
      supervised_tokens: train.supervisedTokens,
      held_out_rows: heldOut.rows,
      held_out_source: manifest.heldOutSource,
      detectable_gain: gain,
      settings,
    },
  });
  return handOn(ports, changed);
}

/** Puts the job on the training queue, or pauses it when that was asked for meanwhile. */
async function handOn(ports: IngestPorts, job: JobRecord): Promise<IngestOutcome> {
  const now = Math.floor(ports.now() / 1000);
  const current = await changeJob(ports.jobs, job.project, job.id, (record) =>
    record.state === 'queued' && record.stage === 'train' && record.desired === 'pause'
      ? moveJob(record, 'paused', { now })
      : null,
  );
  if (current.state === 'paused')
    await emit(ports, job, { name: 'paused', message: 'The job was paused.' });
  if (current.state !== 'queued') return { kind: 'done' };
  const { project, epoch, requestId } = current;
  await emit(ports, current, { name: 'queued', message: 'The job waits for a worker.' });
  await ports.publishTrain({ version: 1, project, jobId: current.id, epoch, requestId });
  return { kind: 'done' };
}

/** Fails a job whose ingest failed for good; one that is over or in a newer epoch is left alone. */
export async function failJob(
  ports: IngestPorts,
  message: WorkMessage,
  failure: unknown,
): Promise<void> {
  const error = toWireError(failure, 'preparing the files');
  const now = Math.floor(ports.now() / 1000);
  let moved = false;
  const job = await changeJob(ports.jobs, message.project, message.jobId, (record) => {
    moved = record.state === 'validating_files' && record.epoch === message.epoch;
    return moved ? moveJob(record, 'failed', { now, error, resumable: mayResume(failure) }) : null;
  });
  if (moved || (job.state === 'failed' && job.datasetKey === null))
    await emit(ports, job, {
      name: 'failed',
      message: job.error?.message ?? error.message,
      data: { error: job.error, resumable: isResumable(job) },
    });
}
