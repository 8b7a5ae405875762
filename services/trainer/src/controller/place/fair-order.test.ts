import type { WorkerRun } from '@lathe/contracts/record/worker';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, test } from 'vitest';
import { fairGrants, type Waiter } from './fair-order.ts';

const gibibyte = 2 ** 30;
const nobody = { placed: () => [], avoided: () => false };
const pool = {
  occupancy: nobody,
  now: 100_000,
  patienceMs: 60_000,
  servedAt: new Map<string, number>(),
};
const waiter = (project: string, jobId: string, since: number, bytes = gibibyte): Waiter => ({
  project,
  jobId,
  epoch: 0,
  since,
  need: { model: 'tiny', device: null, memoryBytes: bytes },
});
const run = (project: string, jobId: string, memoryBytes = gibibyte): WorkerRun => ({
  project,
  jobId,
  epoch: 1,
  memoryBytes,
});

test.each([1, 3, 8])('a project that floods the queue keeps nobody waiting: %d slots', (slots) => {
  // 60 jobs of 6 projects: `flood` came first with 35, each other project has 5.
  const others = ['b', 'c', 'd', 'e', 'f'];
  let waiting = [
    ...Array.from({ length: 35 }, (_, index) => waiter('flood', `flood-${index}`, index)),
    ...others.flatMap((project, at) =>
      Array.from({ length: 5 }, (_, index) =>
        waiter(project, `${project}-${index}`, 100 + 10 * index + at),
      ),
    ),
  ];
  const order: string[] = [];
  let running: WorkerRun[] = [];
  const servedAt = new Map<string, number>();
  while (waiting.length > 0) {
    const worker = workerRecord('a', { slots, runs: running });
    for (const { waiter: granted } of fairGrants(waiting, {
      ...pool,
      workers: [worker],
      servedAt,
    })) {
      servedAt.set(granted.project, order.length + 1);
      order.push(granted.jobId);
      waiting = waiting.filter((one) => one !== granted);
      running.push(run(granted.project, granted.jobId, 0));
    }
    // The job that has been on the worker longest ends.
    running = running.slice(1);
  }
  expect(order).toHaveLength(60);
  expect(order.slice(0, 6)).toEqual(['flood-0', 'b-0', 'c-0', 'd-0', 'e-0', 'f-0']);
  const last = (project: string): number => order.lastIndexOf(`${project}-4`);
  // Turns of six: the fifth job of each other project comes in the fifth turn.
  for (const project of others) expect(last(project)).toBeLessThan(30 + slots);
  const flood = order.filter((id) => id.startsWith('flood'));
  expect(flood).toEqual(Array.from({ length: 35 }, (_, index) => `flood-${index}`));
});

test('running jobs count wherever they were started, and once', () => {
  const workers = [workerRecord('a', { slots: 3, runs: [run('p', 'p-0'), run('q', 'q-0')] })];
  const occupancy = {
    ...nobody,
    placed: () => [run('p', 'p-0')],
  };
  const waiting = [waiter('q', 'q-1', 1), waiter('p', 'p-1', 2), waiter('r', 'r-0', 3)];
  const grant = fairGrants(waiting, { ...pool, occupancy, workers });
  expect(grant.map((one) => one.waiter.jobId)).toEqual(['r-0']);
  const later = fairGrants(waiting.slice(0, 2), { ...pool, occupancy, workers });
  expect(later.map((one) => one.waiter.jobId)).toEqual(['q-1']);
});

test('several places are given at once, to each worker what it can hold', () => {
  const workers = [
    workerRecord('small', { slots: 2, memoryBytes: 2 * gibibyte }),
    workerRecord('large', { slots: 1 }),
  ];
  const waiting = [
    waiter('p', 'big', 1, 6 * gibibyte),
    waiter('p', 'one', 2),
    waiter('p', 'two', 3),
    waiter('p', 'three', 4),
  ];
  const grants = fairGrants(waiting, { ...pool, workers });
  expect(grants.map(({ waiter: { jobId }, worker }) => [jobId, worker.id])).toEqual([
    ['big', 'large'],
    ['one', 'small'],
    ['two', 'small'],
  ]);
});

test('a large job lets others pass for a while, then a worker is kept free for it', () => {
  const workers = [workerRecord('a', { slots: 3, runs: [run('p', 'small', 4 * gibibyte)] })];
  const big = waiter('p', 'big', 50_000, 6 * gibibyte);
  const next = waiter('q', 'next', 60_000);
  const granted = (now: number): string[] =>
    fairGrants([big, next], { ...pool, now, workers }).map((one) => one.waiter.jobId);
  expect(granted(100_000)).toEqual(['next']);
  // `q` runs nothing, so its turn is before that of `p`: the worker is kept only from who comes after.
  expect(granted(120_000)).toEqual(['next']);
  const waiting = [big, waiter('p', 'after', 70_000)];
  const late = fairGrants(waiting, { ...pool, now: 120_000, workers });
  expect(late).toEqual([]);
  expect(fairGrants(waiting, { ...pool, workers })).toHaveLength(1);
});
