import type { WireError } from '@lathe/contracts/error';
import { wireErrorSchema } from '@lathe/contracts/error';
import type { RunOutcome } from '../run-event.ts';
import { removeStates } from './checkpoints.ts';
import { finishTraining } from './finish.ts';
import type { OwnedJob } from './owned-job.ts';
import type { ControllerPorts } from './ports.ts';

/** Brings a job from the outcome of a run to its next state. Throws NotOursError. */
export async function endRun(
  ports: ControllerPorts,
  job: OwnedJob,
  outcome: RunOutcome,
): Promise<void> {
  switch (outcome.$case) {
    case 'succeeded':
      await finishTraining(ports, job, outcome.value);
      await forgetStates(ports, job);
      return;
    case 'paused':
      return pauseJob(ports, job, outcome.value);
    case 'interrupted':
      return requeue(ports, job, { reason: `The worker stopped: ${outcome.value.reason}.` });
    case 'cancelled':
      return loseWorker(ports, job, 'The worker ended the run for another one.');
    case 'failed': {
      const { code, message, param, retryable } = outcome.value;
      if (retryable) return loseWorker(ports, job, message);
      return failJob(
        ports,
        job,
        wireErrorSchema.parse({ code, message, param: param === '' ? null : param }),
      );
    }
  }
}

/** Takes the job from a worker that is lost: back to the queue, or failed after too many losses. */
export async function loseWorker(
  ports: ControllerPorts,
  job: OwnedJob,
  reason: string,
): Promise<void> {
  const losses = job.record.lostWorkers + 1;
  if (losses <= ports.settings.maxWorkerLosses) return requeue(ports, job, { reason, losses });
  const message = `Training was interrupted ${losses} times, most recently: ${reason}`;
  return failJob(ports, job, { code: 'worker_lost', message, param: null }, losses);
}

async function requeue(
  ports: ControllerPorts,
  job: OwnedJob,
  { reason, losses }: { readonly reason: string; readonly losses?: number },
): Promise<void> {
  const lost = job.record.worker;
  const record = await job.move('queued', (now) => ({
    epoch: now.epoch + 1,
    worker: null,
    lostWorkers: losses ?? now.lostWorkers,
  }));
  await ports.emit(record, {
    name: 'worker_lost',
    level: losses === undefined ? 'info' : 'warn',
    message: `${reason} The job waits for a worker and goes on from its newest checkpoint.`,
    data: { worker: lost, lost_workers: record.lostWorkers },
    dedupeId: `worker_lost:${record.epoch}`,
  });
  await ports.queue(record, 'train', { epoch: record.epoch });
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
    dedupeId: `paused:${record.epoch}`,
  });
}

async function failJob(
  ports: ControllerPorts,
  job: OwnedJob,
  error: WireError,
  losses?: number,
): Promise<void> {
  const record = await job.move('failed', (now) => ({
    error,
    lostWorkers: losses ?? now.lostWorkers,
  }));
  await ports.emit(record, {
    name: 'failed',
    level: 'error',
    message: `The job failed: ${error.message}`,
    data: { code: error.code, param: error.param },
    dedupeId: 'failed',
  });
  await forgetStates(ports, job);
}

/** No run will resume any more. */
export async function forgetStates(ports: ControllerPorts, job: OwnedJob): Promise<void> {
  await removeStates(ports.artifacts, job.record).catch((error: unknown) =>
    ports.log.warn({ err: error }, 'old training states are left in the store'),
  );
}
