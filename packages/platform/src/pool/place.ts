import {
  type DeviceKind,
  readsStarts,
  type WorkerRecord,
  type WorkerRun,
} from '@lathe/contracts/record/worker';

/** What a job asks of a worker. */
export type JobNeed = {
  readonly model: string;
  /** It takes a worker that holds no other job, and shares it with none. */
  readonly alone?: boolean;
  /** Null: any device will do. */
  readonly device: DeviceKind | null;
  /** Memory for it, in bytes; undefined: that is not known yet. */
  readonly memoryBytes: number | undefined;
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

/**
 * For who knows of workers by their announcements alone.
 * @example freeOn(worker, nothingPlaced).memoryBytes;
 */
export const nothingPlaced: Occupancy = { placed: () => [], avoided: () => false };

/**
 * What is free on a worker by its announcement and by what was placed there since.
 * @example freeOn(worker, nothingPlaced).slots;
 */
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

/**
 * Whether the worker could take the job if nothing else were on it.
 * @example couldHold(worker, needOf(job));
 */
export function couldHold(worker: WorkerRecord, need: JobNeed): boolean {
  return offersKind(worker, need) && (need.memoryBytes ?? Infinity) <= worker.memoryBytes;
}

/**
 * Whether the worker can tell how much memory a job on that base model needs.
 * @example workers.find((worker) => canTell(worker, 'lathe-tiny'));
 */
export function canTell(worker: WorkerRecord, model: string): boolean {
  return readsStarts(worker) && worker.models.some(({ name }) => name === model);
}

function offersKind(worker: WorkerRecord, need: JobNeed): boolean {
  return (
    canTell(worker, need.model) &&
    (need.device === null || worker.devices.some(({ kind }) => kind === need.device))
  );
}

/**
 * The worker with the most free slots, then the most free memory, then the first by name, among
 * those that can hold the job now; or why there is none.
 * @example choosePlace(workers, needOf(job), nothingPlaced);
 */
export function choosePlace(
  workers: readonly WorkerRecord[],
  need: JobNeed,
  occupancy: Occupancy,
): Place {
  const able = workers.filter((worker) => couldHold(worker, need));
  const { memoryBytes = 0 } = need;
  const [best] = able
    .filter(({ id }) => !occupancy.avoided(id))
    .map((worker) => ({ worker, free: freeOn(worker, occupancy) }))
    .filter(({ free }) => free.slots > 0 && free.memoryBytes >= memoryBytes)
    .filter(({ worker }) => need.alone !== true || isEmpty(worker, occupancy))
    .sort(
      (a, b) =>
        b.free.slots - a.free.slots ||
        b.free.memoryBytes - a.free.memoryBytes ||
        (a.worker.id < b.worker.id ? -1 : 1),
    );
  if (best !== undefined) return { kind: 'worker', worker: best.worker, memoryBytes };
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
  if (able.every(({ draining }) => draining))
    return 'Every training worker that could take the job is being drained: it ends its jobs and takes no more. The job starts when another one joins.';
  const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
  if (able.some((worker) => freeOn(worker, occupancy).slots > 0 && !occupancy.avoided(worker.id))) {
    return `The job needs about ${sizeText(need.memoryBytes ?? 0)} of memory and too little is free. It starts when other jobs have ended.`;
  }
  return `All ${slots === 1 ? 'training slots (1)' : `${slots} training slots`} are taken. The job starts when one is free.`;
}

/** Why no worker of the pool could hold the job even if it were idle. */
function whyNever(workers: readonly WorkerRecord[], need: JobNeed): string {
  if (!workers.some(readsStarts))
    return 'No training worker is of the version of Lathe that this job is for. The job starts when one joins.';
  const withModel = workers.filter((worker) => canTell(worker, need.model));
  if (withModel.length === 0)
    return `No training worker offers the base model "${need.model}". The job starts when one that does joins.`;
  const ofKind = withModel.filter((worker) => offersKind(worker, need));
  if (ofKind.length === 0)
    return `No training worker with the base model "${need.model}" has a ${need.device} device. The job starts when one joins.`;
  if (need.memoryBytes === undefined)
    return `How much memory the job needs is not known yet: a training worker with the base model "${need.model}" is asked. The job starts when it has told.`;
  const offer = Math.max(...ofKind.map(({ memoryBytes }) => memoryBytes));
  return `The job needs about ${sizeText(need.memoryBytes)} of memory, the largest worker offers ${sizeText(offer)}. It starts when a larger worker joins.`;
}

/** A size for people: `12 GiB`, `8.5 GiB`, `640 MiB`. */
function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1000) return `${Math.ceil(mebibytes)} MiB`;
  const gibibytes = mebibytes / 1024;
  return `${gibibytes < 10 ? Math.round(gibibytes * 10) / 10 : Math.round(gibibytes)} GiB`;
}
