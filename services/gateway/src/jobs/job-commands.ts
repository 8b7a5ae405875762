import { LatheError } from '@lathe/contracts/error';
import {
  desire,
  isResumable,
  type JobRecord,
  moveJob,
  reviveJob,
} from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { changeJob } from '@lathe/platform/jobs';
import type { Nats } from '@lathe/platform/nats/connection';
import { pause as wait } from '@lathe/platform/nats/pause';
import type { Records } from '@lathe/platform/records';
import { emit } from './job-events.ts';
import { queueStage } from './job-queue.ts';
import { getJob } from './jobs.ts';

export type CommandPorts = {
  readonly nats: Nats;
  readonly jobs: Records['jobs'];
  readonly now: () => number;
};

/** Which job a command is for. The signal ends waiting, not the command. */
export type CommandTarget = {
  readonly project: string;
  readonly id: string;
  readonly signal: AbortSignal;
};

/**
 * Cancels a job. A job that no worker holds is cancelled at once; a running one is asked to stop
 * and gets `cancelWaitMs` to do so before the job is returned as it is then, with the wish stored.
 * Throws `invalid_state` for a job that is over.
 */
export async function cancelJob(
  ports: CommandPorts,
  target: CommandTarget,
  settings: { readonly cancelWaitMs: number; readonly cancelPollMs: number },
): Promise<JobRecord> {
  const { project, id, signal } = target;
  let job = await change(ports, target, (record) =>
    record.state === 'running'
      ? desire(record, 'cancel')
      : moveJob(record, 'cancelled', { desired: 'cancel', now: seconds(ports) }),
  );
  if (job.state === 'cancelled') {
    const nowMs = ports.now();
    await emit(ports.nats, job, { name: 'cancelled', message: 'The job was cancelled.', nowMs });
    return job;
  }
  const deadline = performance.now() + settings.cancelWaitMs;
  while (!isTerminal(job.state) && !signal.aborted && performance.now() < deadline) {
    await wait(settings.cancelPollMs, signal);
    job = await getJob(ports, project, id);
  }
  return job;
}

/**
 * Pauses a job: a queued one at once, one that is being validated or trained as soon as its service
 * sees the wish. Throws `invalid_state` for a job that is over.
 */
export async function pauseJob(ports: CommandPorts, target: CommandTarget): Promise<JobRecord> {
  let moved = false;
  const job = await change(ports, target, (record) => {
    moved = record.state === 'queued';
    if (moved) return moveJob(record, 'paused', { desired: 'pause', now: seconds(ports) });
    return record.desired === 'cancel' ? refuse(record, 'paused') : desire(record, 'pause');
  });
  if (moved) {
    const nowMs = ports.now();
    await emit(ports.nats, job, { name: 'paused', message: 'The job was paused.', nowMs });
  }
  return job;
}

/**
 * Resumes a job: a paused one goes back to the queue under a new epoch, one that the infrastructure failed back to
 * the stage that failed, with its checkpoints; and a wish to pause that nobody has seen yet is taken back. Throws
 * `invalid_state` when there is nothing to resume.
 */
export async function resumeJob(ports: CommandPorts, target: CommandTarget): Promise<JobRecord> {
  let moved = false;
  const job = await change(ports, target, (record) => {
    moved = record.state === 'paused' || isResumable(record);
    if (record.state === 'failed' && moved) return reviveJob(record);
    if (moved)
      return moveJob(record, 'queued', {
        desired: 'run',
        epoch: record.epoch + 1,
        now: seconds(ports),
      });
    return record.desired === 'pause' ? desire(record, 'run') : refuse(record, 'resumed');
  });
  if (moved) {
    await queueStage(ports.nats, job);
    const nowMs = ports.now();
    await emit(ports.nats, job, { name: 'resumed', message: 'The job was resumed.', nowMs });
  }
  return job;
}

async function change(
  ports: CommandPorts,
  { project, id }: CommandTarget,
  decide: (record: JobRecord) => JobRecord,
): Promise<JobRecord> {
  await getJob(ports, project, id);
  return changeJob(ports.jobs, project, id, (record) => {
    const next = decide(record);
    return next.state === record.state && next.desired === record.desired ? null : next;
  });
}

function refuse(record: JobRecord, wish: string): never {
  const isLeaving = record.desired === 'cancel' && !isTerminal(record.state);
  const state = isLeaving ? 'being cancelled' : record.state;
  throw new LatheError('invalid_state', `The job is ${state} and cannot be ${wish}.`, {
    retryable: false,
  });
}

function seconds(ports: CommandPorts): number {
  return Math.floor(ports.now() / 1000);
}
