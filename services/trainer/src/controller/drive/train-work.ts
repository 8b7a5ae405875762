import type { JobRecord } from '@lathe/contracts/job/record';
import type { WorkMessage } from '@lathe/contracts/message/work';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkContext, WorkResult } from '@lathe/platform/nats/work-handler';
import type { Placement } from '../place/placement.ts';
import type { ControllerPorts } from '../ports.ts';
import { NotOursError, ownJob } from '../record/owned-job.ts';
import { decide } from './decide.ts';
import { beginRun, driveRun } from './run-drive.ts';

const laterMs = 1000;

/**
 * The train stage: its handler takes a job from the queue to its end on a worker, to a pause, or
 * back to the queue. A message delivered twice, late, or to two controllers changes nothing.
 */
export function createTrainWork(ports: ControllerPorts, placement: Placement) {
  const active = new Map<string, Promise<void>>();
  /** Whether the job of that record key is in hand here. */
  const isHeld = (key: string): boolean => active.has(key);

  const handle = async (message: WorkMessage, context: WorkContext): Promise<WorkResult> => {
    const key = recordKey(message.project, message.jobId);
    const alive = setInterval(context.progress, ports.settings.aliveMs);
    try {
      // A second message about a job waits for what the first comes to, then finds its own meaning.
      for (let other = active.get(key); other !== undefined; other = active.get(key)) await other;
      const ended = Promise.withResolvers<void>();
      active.set(key, ended.promise);
      try {
        return await work(message, context.signal);
      } finally {
        active.delete(key);
        ended.resolve();
      }
    } catch (error) {
      if (error instanceof NotOursError) return { kind: 'drop', reason: error.message };
      throw error;
    } finally {
      clearInterval(alive);
    }
  };
  return { handle, isHeld };

  async function work(message: WorkMessage, signal: AbortSignal): Promise<WorkResult> {
    const stored = await ports.jobs.get(recordKey(message.project, message.jobId));
    if (stored === null) return { kind: 'drop', reason: 'there is no such job' };
    const record = stored.value;
    const decision = decide(record, message);
    switch (decision.kind) {
      case 'void':
        return { kind: 'drop', reason: decision.reason };
      case 'later':
        return { kind: 'retry', delayMs: laterMs };
      case 'queue again':
        await ports.queue(record, decision.stage, { epoch: decision.epoch });
        return { kind: 'drop', reason: 'it is of an older attempt' };
      case 'reattach':
        return reattach(record, signal);
      case 'place':
        return place(record, signal);
    }
  }

  /** Follows a run that another controller, or this one before a restart, has begun. */
  async function reattach(record: JobRecord, signal: AbortSignal): Promise<WorkResult> {
    const job = ownJob(ports, record);
    const worker = await placement.locate(record.worker, signal);
    const seat = worker && placement.hold(worker, record);
    try {
      return await driveRun(ports, { job, seat, signal, isNew: false });
    } finally {
      seat?.release();
    }
  }

  async function place(record: JobRecord, signal: AbortSignal): Promise<WorkResult> {
    const job = ownJob(ports, record);
    for (;;) {
      const seat = await placement.find(job, signal);
      if (seat === undefined) return { kind: 'done' };
      try {
        await job.move('running', (now) => ({
          epoch: now.epoch + 1,
          worker: seat.worker.id,
          startedAt: now.startedAt ?? Math.floor(ports.now() / 1000),
        }));
        const beginning = await beginRun(ports, { job, seat });
        if (beginning === 'over') return { kind: 'done' };
        if (beginning === 'begun') return await driveRun(ports, { job, seat, signal, isNew: true });
        placement.avoid(seat.worker.id);
      } finally {
        seat.release();
      }
    }
  }
}
