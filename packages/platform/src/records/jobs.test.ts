import { LatheError } from '@lathe/contracts/error';
import { desire, type JobRecord, moveJob } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import { jobRecord } from '@lathe/testkit/job-record';
import { startPlatformNats } from '@lathe/testkit/platform-nats';
import { expect, it } from 'vitest';
import { beginAttempt, changeJob } from './jobs.ts';
import { openAllRecords } from './records.ts';

const job = jobRecord({ id: 'ftjob-a', project: 'p', epoch: 1 });

async function openTest() {
  const platform = await startPlatformNats();
  const { jobs: store } = await openAllRecords(platform.nats);
  await store.create(recordKey('p', job.id), job);
  return { store, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

it('loses no change of writers that come at once', async () => {
  await using test = await openTest();
  const raise = (record: JobRecord): JobRecord => ({ ...record, epoch: record.epoch + 1 });
  await Promise.all(Array.from({ length: 10 }, () => changeJob(test.store, 'p', job.id, raise)));
  expect((await test.store.get(recordKey('p', job.id)))?.value.epoch).toBe(11);
});

it('ends a race of cancel and finish in exactly one terminal state', async () => {
  await using test = await openTest();
  const end = (to: 'cancelled' | 'failed') =>
    changeJob(test.store, 'p', job.id, (record) => moveJob(record, to, { now: 9 }));
  const results = await Promise.allSettled([end('cancelled'), end('failed'), end('cancelled')]);
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const late = changeJob(test.store, 'p', job.id, (record) => desire(record, 'cancel'));
  await expect(late).rejects.toMatchObject({ code: 'invalid_state' });
});

it('leaves the record alone when there is nothing to change', async () => {
  await using test = await openTest();
  const before = await test.store.get(recordKey('p', job.id));
  expect(await changeJob(test.store, 'p', job.id, () => null)).toEqual(job);
  expect((await test.store.get(recordKey('p', job.id)))?.revision).toBe(before?.revision);
});

it('knows no job of another project, and never changes an identity', async () => {
  await using test = await openTest();
  const other = changeJob(test.store, 'q', job.id, (record) => record);
  await expect(other).rejects.toThrow(LatheError);
  await expect(other).rejects.toMatchObject({ code: 'not_found' });
  const stolen = changeJob(test.store, 'p', job.id, (record) => ({ ...record, project: 'q' }));
  await expect(stolen).rejects.toThrow('identity');
});

it('counts the attempts at a stage since the message server started', async () => {
  await using test = await openTest();
  const message = { version: 1, project: 'p', jobId: job.id, epoch: 1, requestId: 'r' } as const;
  const attempt = async () => (await test.store.get(recordKey('p', job.id)))?.value.attempt;
  for (const [server, count] of [
    ['A', 1],
    ['A', 2],
    ['B', 1],
    ['B', 2],
  ] as const) {
    await beginAttempt(test.store, message, { stage: 'ingest', server });
    expect(await attempt()).toEqual({ stage: 'ingest', epoch: 1, server, count });
  }
  await beginAttempt(test.store, { ...message, epoch: 2 }, { stage: 'ingest', server: 'B' });
  await beginAttempt(test.store, message, { stage: 'evaluate', server: 'B' });
  await beginAttempt(
    test.store,
    { ...message, jobId: 'ftjob-b' },
    { stage: 'ingest', server: 'B' },
  );
  expect(await attempt()).toMatchObject({ count: 2 });
});
