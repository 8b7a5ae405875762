import { jobStateSchema } from '@lathe/contracts/job/state';
import type { Metrics } from '@lathe/platform/metrics';
import type { Records } from '@lathe/platform/records';
import type { WorkerBoard } from './workers/worker-board.ts';

/** Counts the jobs of all projects by state at every scrape. */
export function measureJobs(jobs: Records['jobs'], metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    const counts = new Map<string, number>(jobStateSchema.options.map((state) => [state, 0]));
    for (const { value } of await jobs.list(''))
      counts.set(value.state, (counts.get(value.state) ?? 0) + 1);
    for (const [state, count] of counts) metrics.set('lathe_jobs', { state }, count);
  });
}

/** Counts the workers that are alive and their slots at every scrape. */
export function measureWorkers(workers: Pick<WorkerBoard, 'alive'>, metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    const alive = workers.alive();
    const free = alive.reduce((sum, worker) => sum + worker.freeSlots, 0);
    const all = alive.reduce((sum, worker) => sum + worker.slots, 0);
    metrics.set('lathe_workers', {}, alive.length);
    metrics.set('lathe_worker_slots', { state: 'free' }, free);
    metrics.set('lathe_worker_slots', { state: 'taken' }, all - free);
  });
}
