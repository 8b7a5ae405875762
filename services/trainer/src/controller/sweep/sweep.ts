import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRecord, moveJob } from '@lathe/contracts/job/record';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey, type Stage } from '@lathe/contracts/subject';
import { changeJob } from '@lathe/platform/jobs';
import { stages } from '@lathe/platform/nats/setup';
import type { QueuedWork, StageQueue } from '@lathe/platform/nats/work-queue';
import type { ControllerPorts } from '../ports.ts';
import { removeStates } from '../record/removal.ts';
import { dueWork, needOf } from './job-need.ts';
import { reconcile } from './reconcile.ts';

export type SweepPorts = ControllerPorts & {
  readonly readQueue: (stage: Stage) => Promise<StageQueue>;
  readonly removeWork: (sequence: number) => Promise<void>;
  /** Whether this controller has the job in hand. */
  readonly isHeld: (key: string) => boolean;
};

/**
 * Looks at every job, of all projects, and gives those that nobody would move on what they need. What looks forgotten
 * may only be between two steps, so nothing is done before the second look in a row. Returns how many were helped.
 */
export function createSweep(ports: SweepPorts): () => Promise<number> {
  let before = new Set<string>();
  return async () => {
    const records = (await ports.jobs.list('')).map(({ value }) => value);
    const queues = new Map<Stage, StageQueue>();
    for (const stage of stages) queues.set(stage, await ports.readQueue(stage));
    const standing = new Set<string>();
    for (const [stage, { queued }] of queues)
      for (const { message } of queued) standing.add(nameOf(message, stage));
    const seen = new Set<string>();
    let helped = 0;
    for (const record of records) {
      const due = dueWork(record);
      const { project, id, epoch, state, desired } = record;
      const look = `${id} ${epoch} ${state} ${record.stage} ${desired}`;
      const need = needOf(record, {
        hasMessage: due !== undefined && standing.has(nameOf({ jobId: id, ...due }, due.stage)),
        isHeld: ports.isHeld(recordKey(project, id)),
        wasSo: before.has(look),
      });
      if (need.kind === 'another look') seen.add(look);
      if (need.kind === 'nothing' || need.kind === 'another look') continue;
      helped += await help(ports, record, need);
    }
    for (const [stage, { doubtful }] of queues)
      for (const work of doubtful) {
        const look = `${stage} ${work.sequence}`;
        seen.add(look);
        if (!before.has(look)) continue;
        await replace(ports, stage, work);
        helped++;
      }
    before = seen;
    return helped;
  };
}

/** Sweeps at once, and then every so often until the signal aborts. */
export async function keepSweeping(
  { log, settings }: Pick<ControllerPorts, 'log' | 'settings'>,
  sweep: () => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweep();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'could not look after the jobs; trying again');
    }
    await sleep(settings.sweepMs, undefined, { signal }).catch(() => undefined);
  }
}

function nameOf({ jobId, epoch }: Pick<WorkMessage, 'jobId' | 'epoch'>, stage: Stage): string {
  return `${stage} ${jobId} ${epoch}`;
}

type Help = Exclude<ReturnType<typeof needOf>, { kind: 'nothing' | 'another look' }>;

/** Does what a job needs; a failure is that of this job alone. Returns whether it could. */
async function help(ports: SweepPorts, record: JobRecord, need: Help): Promise<number> {
  try {
    if (need.kind === 'leave the pause') await reconcile(ports, record);
    else if (need.kind === 'cancel') await cancel(ports, record);
    else {
      ports.log.warn({ jobId: record.id, stage: need.stage }, 'queued a job that was forgotten');
      await ports.queue(record, need.stage, { epoch: need.epoch, copy: `sweep-${ports.now()}` });
    }
    return 1;
  } catch (error) {
    ports.log.warn({ err: error, jobId: record.id }, 'could not help a job; trying again');
    return 0;
  }
}

/** Ends a job for whoever should have: those who still work on it find that it is not theirs any more. */
async function cancel(ports: SweepPorts, seen: JobRecord): Promise<void> {
  let moved = false;
  const record = await changeJob(ports.jobs, seen.project, seen.id, (stored) => {
    const { epoch, state, desired } = stored;
    moved = epoch === seen.epoch && state === seen.state && desired === 'cancel';
    if (!moved) return null;
    return moveJob(stored, 'cancelled', { now: Math.floor(ports.now() / 1000), worker: null });
  });
  if (!moved) return;
  await ports.emit(record, { name: 'cancelled', message: 'The job was cancelled.' });
  await removeStates(ports, record);
}

/** Puts a fresh message in the place of one that the server may not deliver again; twice is harmless. */
async function replace(
  ports: SweepPorts,
  stage: Stage,
  { sequence, message }: QueuedWork,
): Promise<void> {
  const { project, jobId, epoch } = message;
  try {
    const record = (await ports.jobs.get(recordKey(project, jobId)))?.value;
    const due = record && dueWork(record);
    if (record !== undefined && due?.stage === stage && due.epoch === epoch) {
      ports.log.warn({ jobId, stage }, 'queued a job again whose deliveries were used up');
      await ports.queue(record, stage, { epoch, copy: `instead-of-${sequence}` });
    }
    await ports.removeWork(sequence);
  } catch (error) {
    ports.log.warn({ err: error, jobId }, 'could not queue a job again; trying again');
  }
}
