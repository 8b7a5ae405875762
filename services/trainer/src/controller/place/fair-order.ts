import type { WorkerRecord } from '@lathe/contracts/record/worker';
import {
  choosePlace,
  couldHold,
  freeOn,
  type JobNeed,
  type Occupancy,
  type PlacedRun,
} from '@lathe/platform/pool/place';

/** A job that waits for a worker. */
export type Waiter = {
  readonly project: string;
  readonly jobId: string;
  readonly epoch: number;
  /** Unix time in milliseconds at which it was created. */
  readonly since: number;
  readonly need: JobNeed;
};

export type Grant<W extends Waiter> = {
  readonly waiter: W;
  readonly worker: WorkerRecord;
  readonly memoryBytes: number;
};

export type Pool = {
  readonly workers: readonly WorkerRecord[];
  readonly occupancy: Occupancy;
  /** Unix time in milliseconds. */
  readonly now: number;
  /** How long a job that fits nowhere yet lets others pass before a worker is kept free for it. */
  readonly patienceMs: number;
  /** A project's turn when it was last given a place, counted upwards; absent: not lately. */
  readonly servedAt: ReadonlyMap<string, number>;
};

/**
 * Gives the free places to waiting jobs: each to the project with the fewest running jobs, among equals
 * to the one that was not served for the longest time, then to the one whose job waits longest, and
 * within a project to the oldest job. (By age alone, a project that came first with many jobs would
 * win every tie.) A job that fits nowhere now lets others pass, until it has waited for `patienceMs`: then the worker with the most
 * free memory that could hold it takes nobody else.
 */
export function fairGrants<W extends Waiter>(waiting: readonly W[], pool: Pool): Grant<W>[] {
  const grants: Grant<W>[] = [];
  const placed = new Map<string, PlacedRun[]>();
  const kept = new Set<string>();
  const occupancy: Occupancy = {
    placed: (id) => [...pool.occupancy.placed(id), ...(placed.get(id) ?? [])],
    avoided: (id) => kept.has(id) || pool.occupancy.avoided(id),
  };
  const running = runningJobs(pool);
  const servedAt = new Map(pool.servedAt);
  let turn = Math.max(0, ...servedAt.values());
  const queues = byProject(waiting);
  const isFree = (worker: WorkerRecord): boolean =>
    !occupancy.avoided(worker.id) && freeOn(worker, occupancy).slots > 0;
  while (queues.size > 0 && pool.workers.some(isFree)) {
    const [project, queue] = nextProject(queues, { running, servedAt });
    const waiter = queue.shift() as W;
    if (queue.length === 0) queues.delete(project);
    const place = choosePlace(pool.workers, waiter.need, occupancy);
    if (place.kind === 'worker') {
      const { worker, memoryBytes } = place;
      const { jobId, epoch } = waiter;
      grants.push({ waiter, worker, memoryBytes });
      const there = placed.get(worker.id) ?? [];
      const { alone = false } = waiter.need;
      placed.set(worker.id, [...there, { project, jobId, epoch, memoryBytes, alone }]);
      running.set(project, (running.get(project) ?? 0) + 1);
      servedAt.set(project, ++turn);
    } else if (pool.now - waiter.since > pool.patienceMs) {
      const holder = roomiest(pool.workers, waiter.need, occupancy);
      if (holder !== undefined) kept.add(holder.id);
    }
  }
  return grants;
}

/** Jobs of each project that are on a worker, as announced or placed since. */
function runningJobs({ workers, occupancy }: Pool): Map<string, number> {
  const projects = new Map<string, string>();
  for (const worker of workers)
    for (const { jobId, project } of [...worker.runs, ...occupancy.placed(worker.id)])
      projects.set(jobId, project);
  const counts = new Map<string, number>();
  for (const project of projects.values()) counts.set(project, (counts.get(project) ?? 0) + 1);
  return counts;
}

function byProject<W extends Waiter>(waiting: readonly W[]): Map<string, W[]> {
  const queues = new Map<string, W[]>();
  for (const waiter of [...waiting].sort(byAge)) {
    const queue = queues.get(waiter.project);
    if (queue === undefined) queues.set(waiter.project, [waiter]);
    else queue.push(waiter);
  }
  return queues;
}

function byAge(a: Waiter, b: Waiter): number {
  return a.since - b.since || (a.jobId < b.jobId ? -1 : 1);
}

function nextProject<W extends Waiter>(
  queues: ReadonlyMap<string, W[]>,
  { running, servedAt }: Record<'running' | 'servedAt', ReadonlyMap<string, number>>,
): [string, W[]] {
  const [first] = [...queues].sort(
    ([a, queueOfA], [b, queueOfB]) =>
      (running.get(a) ?? 0) - (running.get(b) ?? 0) ||
      (servedAt.get(a) ?? 0) - (servedAt.get(b) ?? 0) ||
      byAge(queueOfA[0] as W, queueOfB[0] as W),
  );
  return first as [string, W[]];
}

function roomiest(
  workers: readonly WorkerRecord[],
  need: JobNeed,
  occupancy: Occupancy,
): WorkerRecord | undefined {
  const free = (worker: WorkerRecord): number => freeOn(worker, occupancy).memoryBytes;
  return workers
    .filter(
      (worker) => !worker.draining && couldHold(worker, need) && !occupancy.avoided(worker.id),
    )
    .sort((a, b) => free(b) - free(a) || (a.id < b.id ? -1 : 1))[0];
}
