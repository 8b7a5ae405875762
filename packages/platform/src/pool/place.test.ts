import type { WorkerRun } from '@lathe/contracts/record/worker';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, test } from 'vitest';
import { choosePlace, freeOn, type JobNeed } from './place.ts';

const gibibyte = 2 ** 30;
const nobody = { placed: () => [], avoided: () => false };
const need = (different: Partial<JobNeed> = {}): JobNeed => ({
  model: 'tiny',
  device: null,
  memoryBytes: gibibyte,
  ...different,
});
const run = (jobId: string, memoryBytes = gibibyte): WorkerRun => ({
  project: 'p',
  jobId,
  epoch: 1,
  memoryBytes,
});
const big = need({ memoryBytes: 12 * gibibyte });

test('most free slots count first, then most free memory, then the name', () => {
  const two = { slots: 4, runs: [run('x')] };
  const workers = [
    workerRecord('d', { ...two, runs: [run('x'), run('y')] }),
    workerRecord('c', two),
    workerRecord('b', { ...two, memoryBytes: 9 * gibibyte }),
    workerRecord('a', { ...two, memoryBytes: 9 * gibibyte }),
  ];
  expect(choosePlace(workers, need(), nobody)).toMatchObject({ worker: { id: 'a' } });
});

test('what was placed since the announcement counts once, and who is avoided is not asked', () => {
  const workers = [
    workerRecord('a', { slots: 2 }),
    workerRecord('b', { slots: 3, runs: [run('announced')] }),
    workerRecord('c', { slots: 9 }),
  ];
  const placed: Record<string, WorkerRun[]> = {
    a: [run('late', 3 * gibibyte), run('later', 0)],
    b: [run('announced')],
  };
  const occupancy = {
    placed: (id: string) => placed[id] ?? [],
    avoided: (id: string) => id === 'c',
  };
  expect(workers.map((worker) => freeOn(worker, occupancy))).toEqual([
    { slots: 0, memoryBytes: 5 * gibibyte },
    { slots: 2, memoryBytes: 7 * gibibyte },
    { slots: 9, memoryBytes: 8 * gibibyte },
  ]);
  expect(choosePlace(workers, need(), occupancy)).toMatchObject({ worker: { id: 'b' } });
});

test('a worker that drains, lacks the model, the device or the memory is not chosen', () => {
  const workers = [
    workerRecord('drains', { draining: true }),
    workerRecord('other', { models: [] }),
    workerRecord('small', { memoryBytes: gibibyte - 1 }),
    workerRecord('full', { slots: 2, runs: [run('x', 7.5 * gibibyte)] }),
  ];
  expect(choosePlace(workers, need(), nobody).kind).toBe('wait');
  workers.push(workerRecord('fits', { runs: [], slots: 1 }));
  expect(choosePlace(workers, need({ device: 'cpu' }), nobody)).toMatchObject({
    worker: { id: 'fits' },
    memoryBytes: gibibyte,
  });
});

const busy = [workerRecord('a', { runs: [run('x')] }), workerRecord('b', { slots: 0 })];
test.each([
  ['no worker', [], need(), 'No training worker is running. The job starts when one joins.'],
  [
    'slots',
    [...busy, workerRecord('c', { slots: 2, freeSlots: 0 })],
    need(),
    'All 3 training slots are taken. The job starts when one is free.',
  ],
  [
    'a worker that stays',
    [workerRecord('a', { draining: true })],
    need(),
    'Every training worker that could take the job is being drained: it ends its jobs and takes no more. The job starts when another one joins.',
  ],
  ['one slot', busy, need(), 'All training slots (1) are taken. The job starts when one is free.'],
  [
    'the model',
    [workerRecord('a')],
    need({ model: 'huge' }),
    'No training worker offers the base model "huge". The job starts when one that does joins.',
  ],
  [
    'a worker of this version',
    [workerRecord('a', { versions: {} })],
    need(),
    'No training worker is of the version of Lathe that this job is for. The job starts when one joins.',
  ],
  [
    'what a worker has to tell',
    [workerRecord('a')],
    need({ memoryBytes: undefined }),
    'How much memory the job needs is not known yet: a training worker with the base model "tiny" is asked. The job starts when it has told.',
  ],
  [
    'the device',
    [workerRecord('a')],
    need({ device: 'cuda' }),
    'No training worker with the base model "tiny" has a cuda device. The job starts when one joins.',
  ],
  [
    'memory that nobody offers',
    [workerRecord('a'), workerRecord('b', { memoryBytes: 4 * gibibyte })],
    big,
    'The job needs about 12 GiB of memory, the largest worker offers 8 GiB. It starts when a larger worker joins.',
  ],
  [
    'memory that is given by a tenth of a GiB',
    [workerRecord('a')],
    need({ memoryBytes: 8.46 * gibibyte }),
    'The job needs about 8.5 GiB of memory, the largest worker offers 8 GiB. It starts when a larger worker joins.',
  ],
  [
    'memory that is in use',
    [workerRecord('a', { slots: 2, runs: [run('x', 7.5 * gibibyte)] })],
    need(),
    'The job needs about 1 GiB of memory and too little is free. It starts when other jobs have ended.',
  ],
])('the reason to wait says what is missing: %s', (_, workers, job, reason) => {
  expect(choosePlace(workers, job, nobody)).toEqual({ kind: 'wait', reason });
});

test('a job that must be alone takes an empty worker only, and nobody else gets in there', () => {
  const alone = need({ alone: true });
  const shared = [workerRecord('a', { slots: 4, runs: [run('x')] })];
  expect(choosePlace(shared, alone, nobody)).toMatchObject({
    kind: 'wait',
    reason: expect.stringContaining('when a worker has no other job'),
  });
  const workers = [...shared, workerRecord('b', { slots: 2 })];
  expect(choosePlace(workers, alone, nobody)).toMatchObject({ worker: { id: 'b' } });
  const held = { ...nobody, placed: () => [{ ...run('y'), alone: true }] };
  expect(choosePlace([workerRecord('b', { slots: 2 })], need(), held).kind).toBe('wait');
  expect(choosePlace([workerRecord('b', { slots: 2 })], alone, held).kind).toBe('wait');
});
