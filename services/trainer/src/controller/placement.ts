import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { recordKey } from '@lathe/contracts/subject';
import { NotOursError, type OwnedJob } from './owned-job.ts';
import { choosePlace } from './place.ts';
import type { ControllerPorts } from './ports.ts';

/** Finds workers for jobs and remembers which jobs of this controller are where. */
export type Placement = {
  /**
   * Waits for a worker with a free slot and tells the job's owner why it waits. Undefined: the job
   * was cancelled or paused while it waited. Throws NotOursError, and when the signal aborts.
   */
  find(job: OwnedJob, signal: AbortSignal): Promise<WorkerRecord | undefined>;
  /** The worker that announces itself under the id, for whom it waits a lease long; else undefined. */
  locate(id: string | null, signal: AbortSignal): Promise<WorkerRecord | undefined>;
  /** Counts a slot of the worker as taken while `act` runs. */
  hold<T>(workerId: string, act: () => Promise<T>): Promise<T>;
  /** Does not choose the worker for a while. */
  avoid(workerId: string): void;
};

export function createPlacement(ports: ControllerPorts): Placement {
  const { settings, workers } = ports;
  const placed = new Map<string, number>();
  const avoidedUntil = new Map<string, number>();
  const occupancy = {
    placed: (id: string) => placed.get(id) ?? 0,
    avoided: (id: string) => (avoidedUntil.get(id) ?? 0) > performance.now(),
  };
  return {
    async find(job, signal) {
      const startedAt = performance.now();
      let told = '';
      for (;;) {
        signal.throwIfAborted();
        if (await obeyWish(ports, job)) return undefined;
        const place = choosePlace(workers.alive(), occupancy);
        if (place.kind === 'worker') return place.worker;
        const waited = performance.now() - startedAt;
        if (place.reason !== told && waited >= settings.noticeMs) {
          told = place.reason;
          await ports.emit(job.record, {
            name: 'queued',
            message: place.reason,
            data: { reason: place.reason },
            dedupeId: `waiting:${job.record.epoch}:${place.reason}`,
          });
        }
        await workers.changed(settings.placeMs);
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
    async hold(id, act) {
      placed.set(id, (placed.get(id) ?? 0) + 1);
      try {
        return await act();
      } finally {
        const left = (placed.get(id) ?? 1) - 1;
        if (left === 0) placed.delete(id);
        else placed.set(id, left);
      }
    },
    avoid: (id) => void avoidedUntil.set(id, performance.now() + settings.avoidMs),
  };
}

/** Cancels or pauses a queued job whose owner wants that. True: it does not wait any more. */
async function obeyWish(ports: ControllerPorts, job: OwnedJob): Promise<boolean> {
  const { project, id, epoch, state } = job.record;
  const stored = await ports.jobs.get(recordKey(project, id));
  if (stored === null) throw new NotOursError(job.record);
  const { desired } = stored.value;
  if (stored.value.epoch !== epoch || stored.value.state !== state)
    throw new NotOursError(stored.value);
  if (desired === 'run') return false;
  const to = desired === 'cancel' ? 'cancelled' : 'paused';
  const record = await job.move(to, () => ({}));
  await ports.emit(record, {
    name: to,
    message: `The job was ${to}.`,
    dedupeId: `${to}:${record.epoch}`,
  });
  return true;
}
