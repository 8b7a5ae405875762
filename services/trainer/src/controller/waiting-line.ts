import type { WorkerRecord, WorkerRun } from '@lathe/contracts/record/worker';
import { fairGrants, type Waiter } from './fair-order.ts';
import { choosePlace, type Occupancy } from './place.ts';
import type { WorkerBoard } from './worker-board.ts';

/** A place on a worker, taken until it is released. */
export type Seat = {
  readonly worker: WorkerRecord;
  /** Memory that is set aside for the job, in bytes. */
  readonly memoryBytes: number;
  release(): void;
};

/** A job's place in the line. */
export type Ticket = {
  readonly seat: Promise<Seat>;
  /** Why nobody can take the job now, a sentence for its owner; undefined: its turn is near. */
  reason(): string | undefined;
  /** Leaves the line; a seat that was given meanwhile is released. */
  leave(): void;
};

/** All jobs of this controller that wait for a worker, and the places that its jobs have. */
export type WaitingLine = {
  enter(waiter: Waiter): Ticket;
  /** Takes a place on a worker for a job that is there already. Returns its release. */
  hold(workerId: string, run: WorkerRun): () => void;
  /** Gives the worker nothing for a while. */
  avoid(workerId: string): void;
};

export type LineSettings = {
  /** How often the line looks at the workers even when nothing was announced. */
  readonly placeMs: number;
  readonly avoidMs: number;
  /** How long a job that fits nowhere yet lets others pass. */
  readonly patienceMs: number;
};

type Queued = Waiter & { readonly give: (seat: Seat) => void };

/** An empty line. Places are given out whenever a worker announces something or a place is released. */
export function createWaitingLine(
  workers: Pick<WorkerBoard, 'alive' | 'changed'>,
  settings: LineSettings,
  now: () => number,
): WaitingLine {
  const line = new Set<Queued>();
  const placed = new Map<string, Set<WorkerRun>>();
  const servedAt = new Map<string, number>();
  let turn = 0;
  const avoidedUntil = new Map<string, number>();
  const occupancy: Occupancy = {
    placed: (id) => [...(placed.get(id) ?? [])],
    avoided: (id) => (avoidedUntil.get(id) ?? 0) > now(),
  };
  let watching = false;
  let giving = false;

  const hold = (workerId: string, run: WorkerRun): (() => void) => {
    const runs = placed.get(workerId) ?? new Set();
    placed.set(workerId, runs.add(run));
    return () => {
      if (!runs.delete(run)) return;
      if (runs.size === 0 && placed.get(workerId) === runs) placed.delete(workerId);
      giveSoon();
    };
  };
  const give = (): void => {
    const { patienceMs } = settings;
    const pool = { workers: workers.alive(), occupancy, now: now(), patienceMs, servedAt };
    for (const { waiter, worker, memoryBytes } of fairGrants([...line], pool)) {
      const { project, jobId, epoch } = waiter;
      line.delete(waiter);
      servedAt.set(project, ++turn);
      const release = hold(worker.id, { project, jobId, epoch, memoryBytes });
      waiter.give({ worker, memoryBytes, release });
    }
    // Whoever neither waits nor runs here has no turn to keep.
    const present = new Set([...line].map(({ project }) => project));
    for (const runs of placed.values()) for (const { project } of runs) present.add(project);
    for (const project of servedAt.keys()) if (!present.has(project)) servedAt.delete(project);
  };
  // Jobs that come in one go are ordered among each other before the first place is given.
  const giveSoon = (): void => {
    if (giving) return;
    giving = true;
    setImmediate(() => {
      giving = false;
      give();
    });
  };
  const watch = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    while (line.size > 0) {
      await workers.changed(settings.placeMs);
      give();
    }
    watching = false;
  };

  return {
    enter(waiter) {
      const seat = Promise.withResolvers<Seat>();
      const queued: Queued = { ...waiter, give: seat.resolve };
      line.add(queued);
      giveSoon();
      void watch();
      return {
        seat: seat.promise,
        reason: () => {
          const place = choosePlace(workers.alive(), waiter.need, occupancy);
          return place.kind === 'wait' ? place.reason : undefined;
        },
        leave: () => {
          if (!line.delete(queued)) void seat.promise.then(({ release }) => release());
        },
      };
    },
    hold,
    avoid: (workerId) => void avoidedUntil.set(workerId, now() + settings.avoidMs),
  };
}
