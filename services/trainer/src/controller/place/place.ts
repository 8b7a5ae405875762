import type { DeviceKind, WorkerRecord, WorkerRun } from '@lathe/contracts/record/worker';
import { sizeText } from './memory-need.ts';

/** What a job asks of a worker. */
export type JobNeed = {
  readonly model: string;
  /** It takes a worker that holds no other job, and shares it with none. */
  readonly alone?: boolean;
  /** Null: any device will do. */
  readonly device: DeviceKind | null;
  /** Memory for it on that worker, in bytes. */
  readonly memoryOn: (worker: WorkerRecord) => number;
};

export type Place =
  | { readonly kind: 'worker'; readonly worker: WorkerRecord; readonly memoryBytes: number }
  /** Nobody can take it now; a sentence for the user. */
  | { readonly kind: 'wait'; readonly reason: string };

/** A run that this controller has on a worker, and whether it shares the worker with no other. */
export type PlacedRun = WorkerRun & { readonly alone?: boolean };

export type Occupancy = {
  /** Runs that this controller has on a worker: announcements come late. */
  readonly placed: (workerId: string) => readonly PlacedRun[];
  /** Workers that have just refused a job, or are kept free for another one. */
  readonly avoided: (workerId: string) => boolean;
};

/** What is free on a worker by its announcement and by what was placed there since. */
export function freeOn(worker: WorkerRecord, occupancy: Occupancy) {
  const announced = new Set(worker.runs.map(({ jobId }) => jobId));
  const placed = occupancy.placed(worker.id);
  const late = placed.filter(({ jobId }) => !announced.has(jobId));
  const used = [...worker.runs, ...late].reduce((sum, run) => sum + run.memoryBytes, 0);
  return {
    slots:
      worker.draining || placed.some(({ alone }) => alone === true)
        ? 0
        : worker.freeSlots - late.length,
    memoryBytes: worker.memoryBytes - used,
  };
}

function isEmpty(worker: WorkerRecord, occupancy: Occupancy): boolean {
  return worker.runs.length + occupancy.placed(worker.id).length === 0;
}

/** Whether the worker could take the job if nothing else were on it. */
export function couldHold(worker: WorkerRecord, need: JobNeed): boolean {
  return offersKind(worker, need) && need.memoryOn(worker) <= worker.memoryBytes;
}

function offersKind(worker: WorkerRecord, need: JobNeed): boolean {
  return (
    worker.models.some(({ name }) => name === need.model) &&
    (need.device === null || worker.devices.some(({ kind }) => kind === need.device))
  );
}

/**
 * The worker with the most free slots, then the most free memory, then the first by name, among
 * those that can hold the job now; or why there is none.
 */
export function choosePlace(
  workers: readonly WorkerRecord[],
  need: JobNeed,
  occupancy: Occupancy,
): Place {
  const able = workers.filter((worker) => couldHold(worker, need));
  const [best] = able
    .filter(({ id }) => !occupancy.avoided(id))
    .map((worker) => ({ worker, free: freeOn(worker, occupancy), needs: need.memoryOn(worker) }))
    .filter(({ free, needs }) => free.slots > 0 && free.memoryBytes >= needs)
    .filter(({ worker }) => need.alone !== true || isEmpty(worker, occupancy))
    .sort(
      (a, b) =>
        b.free.slots - a.free.slots ||
        b.free.memoryBytes - a.free.memoryBytes ||
        (a.worker.id < b.worker.id ? -1 : 1),
    );
  if (best !== undefined) return { kind: 'worker', worker: best.worker, memoryBytes: best.needs };
  return { kind: 'wait', reason: whyNone(workers, able, need, occupancy) };
}

function whyNone(
  workers: readonly WorkerRecord[],
  able: readonly WorkerRecord[],
  need: JobNeed,
  occupancy: Occupancy,
): string {
  if (workers.length === 0) return 'No training worker is running. The job starts when one joins.';
  if (able.length === 0) return whyNever(workers, need);
  if (need.alone === true)
    return 'Workers were lost while they held this job and others. It starts when a worker has no other job, to find out whose fault that was.';
  const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
  if (able.some((worker) => freeOn(worker, occupancy).slots > 0 && !occupancy.avoided(worker.id))) {
    const needs = Math.min(...able.map(need.memoryOn));
    return `The job needs about ${sizeText(needs)} of memory and too little is free. It starts when other jobs have ended.`;
  }
  return `All ${slots === 1 ? 'training slots (1)' : `${slots} training slots`} are taken. The job starts when one is free.`;
}

/** Why no worker of the pool could hold the job even if it were idle. */
function whyNever(workers: readonly WorkerRecord[], need: JobNeed): string {
  const withModel = workers.filter(({ models }) => models.some(({ name }) => name === need.model));
  if (withModel.length === 0)
    return `No training worker offers the base model "${need.model}". The job starts when one that does joins.`;
  const ofKind = withModel.filter((worker) => offersKind(worker, need));
  if (ofKind.length === 0)
    return `No training worker with the base model "${need.model}" has a ${need.device} device. The job starts when one joins.`;
  const needs = Math.min(...ofKind.map(need.memoryOn));
  const offer = Math.max(...ofKind.map(({ memoryBytes }) => memoryBytes));
  return `The job needs about ${sizeText(needs)} of memory, the largest worker offers ${sizeText(offer)}. It starts when a larger worker joins.`;
}
