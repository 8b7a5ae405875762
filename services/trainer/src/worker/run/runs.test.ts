import { expect, test } from 'vitest';
import { createJournal } from './journal.ts';
import type { Run } from './run.ts';
import type { RunRequest } from './run-preparation.ts';
import { createRuns, type RunsOptions } from './runs.ts';

const request = (jobId: string, epoch: number): RunRequest => ({
  requestId: 'r',
  project: 'default',
  jobId,
  epoch,
  datasetKey: 'd',
  baseModel: 'tiny',
  start: null,
  recipe: {},
  checkpointEvery: null,
  sampledPrompts: null,
  checkpointKey: null,
  memoryBytes: 10,
});

/** Runs that end when the test says so. */
function openRuns({
  until,
  ...options
}: Partial<RunsOptions> & {
  /** When runs come to their end, whatever they are told. */
  readonly until?: Promise<void>;
} = {}) {
  const ended: string[] = [];
  const runs = createRuns({
    slots: 2,
    memoryBytes: 25,
    keepMs: 60_000,
    onChange: () => {},
    start: (asked) => {
      const done = Promise.withResolvers<void>();
      let over = false;
      const end = (how: string) => (): void => {
        ended.push(`${asked.jobId}:${asked.epoch} ${how}`);
        over = until === undefined;
        if (over) done.resolve();
      };
      void until?.then(() => {
        over = true;
        done.resolve();
      });
      const run: Run = {
        request: asked,
        journal: createJournal(10),
        get over() {
          return over;
        },
        done: done.promise,
        pause: end('paused'),
        resume: () => !over,
        cancel: end('cancelled'),
        interrupt: (reason) => end(reason)(),
      };
      return run;
    },
    ...options,
  });
  return { runs, ended };
}

test('the same run is started once, and a slot is taken once', async () => {
  const { runs } = openRuns();
  expect(await runs.start(request('a', 1))).toEqual({ already: false });
  expect(await runs.start(request('a', 1))).toEqual({ already: true });
  expect(runs.freeSlots).toBe(1);
});

test('a newer epoch ends the older run and takes its slot; an older epoch is refused', async () => {
  const { runs, ended } = openRuns({ slots: 1 });
  await runs.start(request('a', 1));
  await runs.start(request('a', 3));
  expect(ended).toEqual(['a:1 cancelled']);
  await expect(runs.start(request('a', 2))).rejects.toMatchObject({ refusal: 'stale epoch' });
  await expect(runs.start(request('b', 1))).rejects.toMatchObject({ refusal: 'no free slot' });
  expect(() => runs.get('a', 2)).toThrow('holds no run 2 of a');
});

test('a finished run can be read for a while, then is forgotten', async () => {
  const { runs } = openRuns({ keepMs: 30 });
  await runs.start(request('a', 1));
  runs.get('a', 1).cancel();
  expect(runs.freeSlots).toBe(2);
  expect(await runs.start(request('a', 1))).toEqual({ already: true });
  await expect.poll(() => runs.list().length).toBe(0);
});

test('stopping interrupts every run and takes no new one', async () => {
  const { runs, ended } = openRuns();
  await runs.start(request('a', 1));
  await runs.start(request('b', 1));
  await runs.stop('going home');
  expect(ended).toEqual(['a:1 going home', 'b:1 going home']);
  expect(runs.freeSlots).toBe(0);
  await expect(runs.start(request('c', 1))).rejects.toMatchObject({ refusal: 'shutting down' });
});

test('a run that does not fit into the memory beside the others is refused', async () => {
  const { runs } = openRuns({ slots: 3 });
  await runs.start(request('a', 1));
  await runs.start(request('b', 1));
  await expect(runs.start(request('c', 1))).rejects.toMatchObject({ refusal: 'no free memory' });
  // The older run of the same job makes room.
  expect(await runs.start(request('b', 2))).toEqual({ already: false });
  expect(runs.busy().map((run) => run.request.jobId)).toEqual(['a', 'b']);
});

test('of two starts that wait for the same run to end the newer epoch alone begins', async () => {
  const saved = Promise.withResolvers<void>();
  const { runs } = openRuns({ slots: 1, until: saved.promise });
  await runs.start(request('a', 1));
  const middle = runs.start(request('a', 3));
  const newest = runs.start(request('a', 5));
  saved.resolve();
  await expect(middle).rejects.toMatchObject({ refusal: 'stale epoch' });
  expect(await newest).toEqual({ already: false });
  expect(runs.list().map((run) => run.request.epoch)).toEqual([1, 5]);
});
