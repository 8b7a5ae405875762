import type { WorkerObject } from '@lathe/contracts/http/worker';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import type { Records } from '@lathe/platform/records';

export type WorkerPorts = {
  readonly workers: Records['workers'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Workers by name, as the project may see them. */
export function shownWorkers(workers: readonly WorkerRecord[], project: string): WorkerObject[] {
  return workers
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((worker) => workerObject(worker, project));
}

/** The workers that have announced themselves lately. */
export async function livingWorkers({ workers, now }: WorkerPorts): Promise<WorkerRecord[]> {
  const nowMs = now();
  return (await workers.list(''))
    .map((entry) => entry.value)
    .filter((worker) => worker.expiresAt > nowMs);
}

/** Where a worker is dialled stays inside, and so do other projects' job ids. */
function workerObject(worker: WorkerRecord, project: string): WorkerObject {
  const own = worker.runs.filter((run) => run.project === project);
  return {
    id: worker.id,
    object: 'lathe.worker',
    devices: worker.devices.map(({ kind, name, memoryBytes }) => ({
      kind,
      name,
      memory_bytes: memoryBytes,
    })),
    memory_bytes: worker.memoryBytes,
    slots: worker.slots,
    free_slots: worker.freeSlots,
    draining: worker.draining,
    versions: worker.versions,
    models: worker.models.map(({ name }) => name),
    last_seen: Math.floor(worker.announcedAt / 1000),
    jobs: own.map(({ jobId }) => jobId),
    other_jobs: worker.runs.length - own.length,
  };
}
