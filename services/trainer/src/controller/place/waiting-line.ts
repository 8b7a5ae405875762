import type { WorkerRecord } from '@lathe/contracts/record/worker';
import {
  choosePlace,
  type JobNeed,
  type Occupancy,
  type PlacedRun,
} from '@lathe/platform/pool/place';
import type { WorkerBoard } from '../workers/worker-board.ts';
import { fairGrants, type Waiter } from './fair-order.ts';

/** A place on a worker, taken until it is released. */
export type Seat = {
  readonly worker: WorkerRecord;
  /** Memory that is set aside for the job, in bytes. */
  readonly memoryBytes: number;
  /** Whether the worker holds other jobs, or did a moment ago. */
  hadCompany(): boolean;
  release(): void;
};

/** A job's place in the line. */
type Ticket = {
  readonly seat: Promise<Seat>;
  /** Why nobody can take the job now, a sentence for its owner; undefined: its turn is near. */
  reason(): string | undefined;
  /** Says how much memory the job needs, which was not known when it came. */
  needs(memoryBytes: number): void;
  /** Leaves the line; a seat that was given meanwhile is released. */
  leave(): void;
};

/** All jobs of this controller that wait for a worker, and the places that its jobs have. */
export type WaitingLine = {
  enter(waiter: Waiter): Ticket;
  /** Takes a place on a worker for a job that is there already. */
  hold(worker: WorkerRecord, run: PlacedRun): Seat;
  /** Gives the worker nothing for a while. */
  avoid(workerId: string): void;
};

export type LineSettings = {
  /** How often the line looks at the workers even when nothing was announced. */
  readonly placeMs: number;
  readonly avoidMs: number;
  /** How long a job that fits nowhere yet lets others pass. */
  readonly patienceMs: number;
  /** How long after a job has left a worker it may still have had a part in the worker's end. */
  readonly companyMs: number;
};

type Queued = Omit<Waiter, 'need'> & { need: JobNeed; readonly give: (seat: Seat) => void };

/** An empty line. Places are given out whenever a worker announces something or a place is released. */
export function createWaitingLine(
  workers: Pick<WorkerBoard, 'alive' | 'changed'>,
  settings: LineSettings,
  now: () => number,
): WaitingLine {
  const line = new Set<Queued>();
  const placed = new Map<string, Set<PlacedRun>>();
  const leftAt = new WeakMap<PlacedRun, number>();
  const servedAt = new Map<string, number>();
  let turn = 0;
  const avoidedUntil = new Map<string, number>();
  const occupancy: Occupancy = {
    placed: (id) => [...(placed.get(id) ?? [])],
    avoided: (id) => (avoidedUntil.get(id) ?? 0) > now(),
  };
  let watching = false;
  let giving = false;

  const hold = (worker: WorkerRecord, run: PlacedRun): Seat => {
    const { id } = worker;
    const runs = placed.get(id) ?? new Set();
    placed.set(id, runs.add(run));
    return {
      worker,
      memoryBytes: run.memoryBytes,
      hadCompany() {
        const announced = workers.alive().find((record) => record.id === id)?.runs ?? [];
        if (runs.size > 1 || announced.some(({ jobId }) => jobId !== run.jobId)) return true;
        return now() - (leftAt.get(run) ?? -Infinity) < settings.companyMs;
      },
      release() {
        if (!runs.delete(run)) return;
        for (const other of runs) leftAt.set(other, now());
        if (runs.size === 0 && placed.get(id) === runs) placed.delete(id);
        giveSoon();
      },
    };
  };
  const give = (): void => {
    const { patienceMs } = settings;
    const pool = { workers: workers.alive(), occupancy, now: now(), patienceMs, servedAt };
    for (const { waiter, worker, memoryBytes } of fairGrants([...line], pool)) {
      const { project, jobId, epoch } = waiter;
      line.delete(waiter);
      servedAt.set(project, ++turn);
      const { alone = false } = waiter.need;
      waiter.give(hold(worker, { project, jobId, epoch, memoryBytes, alone }));
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
          const place = choosePlace(workers.alive(), queued.need, occupancy);
          return place.kind === 'wait' ? place.reason : undefined;
        },
        needs: (memoryBytes) => {
          queued.need = { ...queued.need, memoryBytes };
          giveSoon();
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
