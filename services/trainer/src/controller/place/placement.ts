import type { JobRecord } from '@lathe/contracts/job/record';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { knownMemory, mustBeAlone, needOf } from '@lathe/platform/pool/job-need';
import type { ControllerPorts } from '../ports.ts';
import type { OwnedJob } from '../record/owned-job.ts';
import { learnMemory } from './job-memory.ts';
import { watchWaiting } from './waiting.ts';
import { createWaitingLine, type Seat } from './waiting-line.ts';

/** Finds workers for jobs and remembers which jobs of this controller are where. */
export type Placement = {
  /**
   * Waits in line for a place on a worker and tells the job's owner why it waits. Undefined: the job
   * was cancelled or paused while it waited. Throws NotOursError, and when the signal aborts.
   */
  find(job: OwnedJob, signal: AbortSignal): Promise<Seat | undefined>;
  /** The worker that announces itself under the id, for whom it waits a lease long; else undefined. */
  locate(id: string | null, signal: AbortSignal): Promise<WorkerRecord | undefined>;
  /** Takes a place on the worker for a job that is there already. */
  hold(worker: WorkerRecord, job: JobRecord): Seat;
  /** Does not choose the worker for a while. */
  avoid(workerId: string): void;
};

export function createPlacement(ports: ControllerPorts): Placement {
  const { settings, workers } = ports;
  const line = createWaitingLine(workers, settings, ports.now);
  return {
    async find(job, signal) {
      const { project, id: jobId, epoch, createdMs: since } = job.record;
      const ticket = line.enter({ project, jobId, epoch, since, need: needOf(job.record) });
      const waiting = watchWaiting(ports, job, { reason: ticket.reason, signal });
      const left = new AbortController();
      const asking = Promise.withResolvers<never>();
      // Nobody may be waiting for it when it fails.
      asking.promise.catch(() => undefined);
      if (knownMemory(job.record) === undefined)
        learnMemory(ports, job, AbortSignal.any([signal, left.signal])).then(
          ticket.needs,
          asking.reject,
        );
      let found: Seat | undefined;
      try {
        const seat = await Promise.race([ticket.seat, waiting.over, asking.promise]);
        // The owner may have changed their mind a moment ago.
        if (seat === undefined || (await waiting.obey())) return undefined;
        found = seat;
        return found;
      } finally {
        left.abort();
        waiting.stop();
        if (found === undefined) ticket.leave();
      }
    },
    async locate(id, signal) {
      const deadline = performance.now() + settings.workerLeaseMs;
      for (;;) {
        signal.throwIfAborted();
        const found = workers.alive().find((worker) => worker.id === id);
        if (found !== undefined || performance.now() >= deadline) return found;
        await workers.changed(settings.placeMs);
      }
    },
    hold(worker, job) {
      const { project, id: jobId, epoch } = job;
      const announced = worker.runs.find((run) => run.jobId === jobId)?.memoryBytes;
      const memoryBytes = knownMemory(job) ?? announced ?? 0;
      return line.hold(worker, { project, jobId, epoch, memoryBytes, alone: mustBeAlone(job) });
    },
    avoid: (workerId) => line.avoid(workerId),
  };
}
