import { datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import { type WireError, wireErrorSchema } from '@lathe/contracts/error';
import type { JobChange, JobRecord } from '@lathe/contracts/job/record';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { aloneFromNow, mustBeAlone } from '@lathe/platform/pool/job-need';
import type { RunOutcome } from '../../run-event.ts';
import { type ControllerPorts, tellFailure } from '../ports.ts';
import { finishTraining } from '../record/finish.ts';
import { countLoss, type Fault } from '../record/losses.ts';
import type { OwnedJob } from '../record/owned-job.ts';
import { removeStates } from '../record/removal.ts';
import { halfThePass, usualPassTokens } from './smaller-passes.ts';

/** Brings a job from the outcome of a run to its next state. Throws NotOursError. */
export async function endRun(
  ports: ControllerPorts,
  job: OwnedJob,
  { outcome, hadCompany }: { readonly outcome: RunOutcome; readonly hadCompany: boolean },
): Promise<void> {
  switch (outcome.$case) {
    case 'succeeded': {
      if (await finishTraining(ports, job, outcome.value)) return forgetStates(ports, job);
      const reason = 'Not all files of the trained model are in the store.';
      return loseWorker(ports, job, { reason, fault: 'own' });
    }
    case 'paused':
      return pauseJob(ports, job, outcome.value);
    case 'interrupted': {
      const reason = `The worker stopped: ${outcome.value.reason}.`;
      return loseWorker(ports, job, { reason, fault: 'none' });
    }
    case 'cancelled': {
      const reason = 'The worker ended the run for another one.';
      return loseWorker(ports, job, { reason, fault: 'own' });
    }
    case 'failed': {
      const { code, message, param, retryable, outOfMemory } = outcome.value;
      if (outOfMemory) return retrySmaller(ports, job, { reason: message, hadCompany });
      if (retryable) return loseWorker(ports, job, { reason: message, fault: 'own' });
      const error = wireErrorSchema.parse({ code, message, param: param === '' ? null : param });
      return failJob(ports, job, error, { resumable: false });
    }
  }
}

/** Takes the job from a run that is lost: back to the queue, or failed after too many losses in a row. */
export async function loseWorker(
  ports: ControllerPorts,
  job: OwnedJob,
  { reason, fault }: { readonly reason: string; readonly fault: Fault },
): Promise<void> {
  const { change, losses, isTooMany } = countLoss(
    job.record,
    fault,
    ports.settings.maxWorkerLosses,
  );
  if (isTooMany) {
    const message = `Training was interrupted ${losses} times, most recently: ${reason}`;
    const error = { code: 'worker_lost', message, param: null } as const;
    return failJob(ports, job, error, { ...change, resumable: true });
  }
  const lost = job.record.worker;
  const record = await requeue(job, change);
  await ports.emit(record, {
    name: 'worker_lost',
    level: fault === 'none' ? 'info' : 'warn',
    message: `${reason} The job waits for a worker and goes on from its newest checkpoint.`,
    data: { worker: lost, lost_workers: record.lostWorkers },
  });
  await ports.queue(record, 'train', { epoch: record.epoch });
}

/**
 * Queues a job whose run took too much memory with passes of half the size, and when they are as small as can be, on a
 * worker that it need not share; no loss is counted.
 */
async function retrySmaller(
  ports: ControllerPorts,
  job: OwnedJob,
  { reason, hadCompany }: { readonly reason: string; readonly hadCompany: boolean },
): Promise<void> {
  const microBatchTokens = await smallerPass(ports, job.record);
  if (microBatchTokens === undefined && hadCompany && !mustBeAlone(job.record)) {
    const how = 'on a worker that holds no other job';
    return queueAfterMemory(ports, job, { change: aloneFromNow, reason, how });
  }
  if (microBatchTokens === undefined) {
    const message = `${reason} It trained one example at a time, so smaller passes cannot help. Shorter examples (max_tokens), recompute_activations, a LoRA of a smaller rank or with base_bits, a smaller base model, or a worker with more memory would; then resume the job or create another one.`;
    const error = { code: 'training_failed', message, param: null } as const;
    return failJob(ports, job, error, { resumable: true });
  }
  const how = `with micro_batch_tokens ${microBatchTokens}`;
  return queueAfterMemory(ports, job, {
    change: { microBatchTokens, memoryBytes: undefined },
    reason,
    how,
  });
}

type MemoryRetry = { readonly change: JobChange; readonly reason: string; readonly how: string };

async function queueAfterMemory(
  ports: ControllerPorts,
  job: OwnedJob,
  { change, reason, how }: MemoryRetry,
): Promise<void> {
  const record = await requeue(job, change);
  const { microBatchTokens } = record;
  await ports.emit(record, {
    name: 'log',
    level: 'warn',
    message: `${reason} The job goes on from its newest checkpoint ${how}.`,
    data: { reason: 'out_of_memory', micro_batch_tokens: microBatchTokens ?? null },
    dedupeId: `out_of_memory:${record.epoch}`,
  });
  await ports.queue(record, 'train', { epoch: record.epoch });
}

async function smallerPass(
  { artifacts }: ControllerPorts,
  { datasetKey, settings, options, microBatchTokens }: JobRecord,
): Promise<number | undefined> {
  if (datasetKey === null || settings === null) return undefined;
  const { train } = await readJson(artifacts, datasetKey, datasetManifestSchema);
  // With a limit of memory the engine had chosen, at most the whole batch.
  const asked = options.memory_limit === undefined ? usualPassTokens : Number.POSITIVE_INFINITY;
  return halfThePass({
    microBatchTokens: microBatchTokens ?? options.micro_batch_tokens ?? asked,
    longest: Math.min(train.longest, options.max_tokens ?? train.longest),
    batchSize: settings.batchSize,
  });
}

function requeue(job: OwnedJob, change: JobChange): Promise<JobRecord> {
  return job.move('queued', (now) => ({ ...change, epoch: now.epoch + 1, worker: null }));
}

async function pauseJob(
  ports: ControllerPorts,
  job: OwnedJob,
  { step, checkpointKey }: Extract<RunOutcome, { $case: 'paused' }>['value'],
): Promise<void> {
  const record = await job.move('paused', (now) => ({
    worker: null,
    checkpointKey: checkpointKey === '' ? now.checkpointKey : checkpointKey,
  }));
  await ports.emit(record, {
    name: 'paused',
    message: `The job was paused after step ${step}.`,
    data: { step },
  });
}

async function failJob(
  ports: ControllerPorts,
  job: OwnedJob,
  error: WireError,
  change: JobChange & { readonly resumable: boolean },
): Promise<void> {
  const record = await job.move('failed', () => ({ ...change, error }));
  await tellFailure(ports, record, { error, resumable: change.resumable });
  if (!change.resumable) await forgetStates(ports, job);
}

/** No run will resume any more. */
export async function forgetStates(ports: ControllerPorts, job: OwnedJob): Promise<void> {
  await removeStates(ports, job.record).catch((error: unknown) =>
    ports.log.warn({ err: error }, 'old training states are left in the store'),
  );
}
