import { jobRecord } from '@lathe/testkit/job-record';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, it } from 'vitest';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import type { JobBrief } from './job-briefs.ts';
import { lineOf, projectQueues, queuePlaces } from './waiting-line.ts';

const nowMs = 1_000_000;

const brief = (id: string, changes: Partial<JobBrief> = {}): JobBrief => ({
  ...{ id, project: 'p', createdMs: 0, state: 'queued', stage: 'train', model: 'tiny' },
  ...{ metadata: null, trainingFile: 'file-1', startedAt: null, finishedAt: null },
  ...{ trainedTokens: null, method: 'supervised', adaptation: undefined, plannedTokens: 1000 },
  ...{ estimatedFinish: null, memoryBytes: null, trains: '[]' },
  need: { model: 'tiny', alone: false, device: null, memoryBytes: 1 },
  ...changes,
});
/** It took a tenth of a second a token. */
const past = brief('past', {
  ...{ state: 'succeeded', startedAt: 0, finishedAt: 50, trainedTokens: 500, need: null },
});
const running = brief('running', { state: 'running', estimatedFinish: 1200 });
const run = { project: 'p', jobId: 'running', epoch: 1, memoryBytes: 1 };

it('orders by the turns of projects, then by age', () => {
  const jobs = [
    brief('p2', { createdMs: 2 }),
    brief('p1', { createdMs: 1 }),
    brief('q1', { project: 'q', createdMs: 3 }),
    brief('q2', { project: 'q', createdMs: 4, state: 'validating_files', stage: 'ingest' }),
    running,
  ];
  const line = (workers = [workerRecord('a')]) =>
    lineOf({ jobs, workers, nowMs }).map(({ id }) => id);
  expect(line()).toEqual(['p1', 'q1', 'p2', 'q2']);
  const workers = [workerRecord('a', { runs: [run] })];
  expect(line(workers)).toEqual(['q1', 'p1', 'q2', 'p2']);
  expect(projectQueues({ jobs, workers, nowMs }, 'p')).toEqual([
    { project: 'p', running: 1, waiting: 2, position: 2 },
    { project: null, running: 0, waiting: 2, position: 1 },
  ]);
  expect(projectQueues({ jobs: [], workers, nowMs }, 'r')).toEqual([
    { project: 'r', running: 0, waiting: 0, position: null },
    { project: null, running: 1, waiting: 0, position: null },
  ]);
});

it('tells when jobs start and end, as far as the ends before them are known', () => {
  const first = brief('first', { createdMs: 1 });
  const second = brief('second', { createdMs: 2 });
  const unread = brief('unread', {
    ...{ createdMs: 3, state: 'validating_files', stage: 'ingest', plannedTokens: null },
  });
  const after = brief('after', { createdMs: 4 });
  const jobs = [past, running, first, second, unread, after];
  const places = queuePlaces({ jobs, workers: [workerRecord('a', { runs: [run] })], nowMs });
  expect(places.get('first')).toEqual({
    position: 1,
    reason: 'All training slots (1) are taken. The job starts when one is free.',
    ...{ estimated_start: 1200, estimated_finish: 1300 },
  });
  expect(places.get('second')).toMatchObject({
    ...{ position: 2, estimated_start: 1300, estimated_finish: 1400 },
  });
  expect(places.get('unread')).toMatchObject({
    ...{ position: 3, estimated_start: 1400, estimated_finish: null },
    reason: expect.stringContaining('The dataset is being prepared'),
  });
  expect(places.get('after')).toMatchObject({ estimated_start: null, estimated_finish: null });
  expect([...places.keys()]).toEqual(['first', 'second', 'unread', 'after']);
});

it('says what is in the way', () => {
  const reasons = (jobs: JobBrief[], workers = [workerRecord('a')]) =>
    [...queuePlaces({ jobs, workers, nowMs }).values()].map(({ reason }) => reason);
  expect(reasons([brief('a')])).toEqual(['A worker has room for the job. It starts at once.']);
  expect(reasons([brief('a'), brief('b', { createdMs: 1 })])[1]).toBe(
    'A worker has room, and another job is before this one.',
  );
  expect(reasons([brief('a')], [])).toEqual([
    'No training worker is running. The job starts when one joins.',
  ]);
  const newer = brief('newer', { project: 'q', createdMs: 9 });
  expect(reasons([newer, brief('older')], [workerRecord('a', { runs: [run] })])).toEqual([
    'All training slots (1) are taken. The job starts when one is free.',
    'All training slots (1) are taken. The job starts when one is free. Each place goes to the project with the fewest running jobs, so that newer jobs of others are before it.',
  ]);
  expect(reasons([brief('a', { state: 'paused' })])).toEqual([
    'The job is paused. It goes on when it is resumed.',
  ]);
  expect(reasons([past, running])).toEqual([]);
});

const gateway = oneGateway();

it('is in the job from its creation on, and gone when it is over', async () => {
  const { client } = gateway;
  const { id, ...made } = (await client.fineTuning.jobs.create({
    ...{ model: 'lathe-tiny', training_file: await gateway.upload() },
  })) as unknown as { id: string; lathe: { queue: object } };
  expect(made.lathe.queue).toMatchObject({ position: 1, estimated_start: null });
  await gateway.patchJob(id, { state: 'queued', stage: 'train', plannedTokens: 10 });
  const named = { models: [{ name: 'lathe-tiny' }] };
  await gateway.workers.put('w', workerRecord('w', { ...named, expiresAt: Date.now() + 60_000 }));
  // Another project's job, which came later, is no name in what this one is told.
  const other = jobRecord({ project: 'other', state: 'queued', stage: 'train', createdMs: 2e15 });
  await gateway.jobs.put(`other.${other.id}`, { ...other, memoryBytes: 1 });
  await gateway.patchJob(id, { memoryBytes: 1 });
  const place = { position: 1, reason: 'A worker has room for the job. It starts at once.' };
  const shown = (await client.fineTuning.jobs.retrieve(id)) as unknown as typeof made;
  expect(shown.lathe.queue).toMatchObject({ ...place, estimated_start: expect.any(Number) });
  const [listed] = (await client.fineTuning.jobs.list()).data as unknown as (typeof made)[];
  expect(listed?.lathe.queue).toMatchObject(place);
  const paused = (await client.fineTuning.jobs.pause(id)) as unknown as typeof made;
  expect(paused.lathe.queue).toMatchObject({ reason: expect.stringContaining('is paused') });
  const over = (await client.fineTuning.jobs.cancel(id)) as unknown as typeof made;
  expect(over.lathe.queue).toBeNull();
});
