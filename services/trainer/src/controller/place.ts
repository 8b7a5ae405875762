import type { WorkerRecord } from '@lathe/contracts/record/worker';

export type Place =
  | { readonly kind: 'worker'; readonly worker: WorkerRecord }
  /** Nobody can take it now; a sentence for the user. */
  | { readonly kind: 'wait'; readonly reason: string };

export type Occupancy = {
  /** Jobs that this controller has on a worker: announcements come late. */
  readonly placed: (workerId: string) => number;
  /** Workers that have just refused the job. */
  readonly avoided: (workerId: string) => boolean;
};

/** The worker with the most free slots, the first by name among equals, or why there is none. */
export function choosePlace(workers: readonly WorkerRecord[], occupancy: Occupancy): Place {
  if (workers.length === 0)
    return {
      kind: 'wait',
      reason: 'No training worker is running. The job starts when one joins.',
    };
  const free = workers
    .map((worker) => ({
      worker,
      slots: Math.min(worker.freeSlots, worker.slots - occupancy.placed(worker.id)),
    }))
    .filter(({ worker, slots }) => slots > 0 && !occupancy.avoided(worker.id))
    .sort((a, b) => b.slots - a.slots || (a.worker.id < b.worker.id ? -1 : 1));
  const best = free[0];
  if (best !== undefined) return { kind: 'worker', worker: best.worker };
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  return {
    kind: 'wait',
    reason: `All ${slots === 1 ? 'training slots (1)' : `${slots} training slots`} are taken. The job starts when one is free.`,
  };
}
