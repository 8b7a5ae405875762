/** Jobs that nobody would move on: their message is lost, used up, or nobody is there for the owner's wish. */
import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey, streams, workSubject } from '@lathe/contracts/subject';
import { changeJob } from '@lathe/platform/jobs';
import { publishWork } from '@lathe/platform/nats/work';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, openCluster } from './cluster.fixture.ts';
import { expectUndisturbed, trained } from './undisturbed.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let cluster: Cluster;

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  const environment = {
    LATHE_SWEEP: '200ms',
    LATHE_MAX_DELIVERIES: '1',
    LATHE_ACK_WAIT: '500ms',
  };
  cluster = await openCluster({ natsUrl: nats.url, folder: folder.path, environment });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const work = (id: string, epoch = 0) => ({
  version: 1 as const,
  project: 'default',
  jobId: id,
  epoch,
  requestId: 'req_test',
});

/** A job without any message. */
async function forgottenJob(change: Partial<JobRecord>): Promise<string> {
  const id = await cluster.createJob({ epochs: 1 });
  await cluster.nats.manager.streams.purge(streams.work.name);
  await changeJob(cluster.jobs, 'default', id, (record) => ({ ...record, ...change }));
  return id;
}

/** The newest message of a stage that names the job. */
async function messageOf(id: string, stage: 'ingest' | 'evaluate'): Promise<unknown> {
  const stored = await cluster.nats.manager.streams.getMessage(streams.work.name, {
    last_by_subj: workSubject(stage),
  });
  const found = stored?.json<{ jobId: string; epoch: number }>();
  return found?.jobId === id ? found : undefined;
}

test('lost messages of every stage are replaced, from the start of a controller on', async () => {
  const validating = await forgottenJob({ state: 'validating_files', stage: 'ingest' });
  const evaluating = await forgottenJob({ state: 'running', stage: 'evaluate', epoch: 2 });
  const queued = await forgottenJob({});
  const running = await forgottenJob({ state: 'running', epoch: 1, worker: 'gone' });
  await cluster.startController();
  cluster.startWorker('one', { stepMs: 1 });
  await expect
    .poll(() => messageOf(validating, 'ingest'))
    .toEqual(expect.objectContaining({ epoch: 0 }));
  await expect
    .poll(() => messageOf(evaluating, 'evaluate'))
    .toEqual(expect.objectContaining({ epoch: 2 }));
  for (const id of [queued, running]) {
    const job = await cluster.waitFor(id, trained);
    expect(job.lostWorkers).toBe(0);
    await expectUndisturbed(cluster, job, 10);
  }
});

test('a job that nobody is there to cancel is cancelled', async () => {
  const id = await forgottenJob({ state: 'running', stage: 'evaluate', epoch: 2 });
  await publishWork(cluster.nats, 'evaluate', work(id, 2));
  await cluster.wish(id, 'cancel');
  await cluster.waitFor(id, ({ state }) => state === 'cancelled');
  const names = async () => (await cluster.events(id)).map(({ name }) => name);
  await expect.poll(names).toContain('cancelled');
});

test('a message whose last delivery and whose advisory are lost is replaced', async () => {
  const id = await forgottenJob({ state: 'running', stage: 'evaluate', epoch: 4 });
  await publishWork(cluster.nats, 'evaluate', work(id, 4));
  const consumer = await cluster.nats.jetstream.consumers.get(streams.work.name, 'lathe-evaluate');
  const first = await consumer.next({ expires: 3000 });
  expect(first?.json()).toMatchObject({ jobId: id });
  // Nobody hears the server say that it gives the message up: it says so at a later request, and once.
  await cluster.nats.manager.streams.update(streams.dead.name, { subjects: ['lathe.nowhere'] });
  const again = async () => {
    const taken = await consumer.next({ expires: 1000 });
    return taken?.seq !== first?.seq && taken?.json<{ jobId: string }>().jobId === id;
  };
  await expect.poll(again).toBe(true);
  expect((await cluster.job(id)).state).toBe('running');
});

test('work that was begun less often than it was delivered is queued again: the platform went down', async () => {
  const id = await forgottenJob({ state: 'running', stage: 'evaluate', epoch: 6 });
  const attempt = { stage: 'evaluate', epoch: 6, server: 'A', count: 0 } as const;
  await changeJob(cluster.jobs, 'default', id, (record) => ({ ...record, attempt }));
  await cluster.nats.manager.streams.update(streams.dead.name, {
    subjects: [...streams.dead.subjects],
  });
  await publishWork(cluster.nats, 'evaluate', work(id, 6));
  const consumer = await cluster.nats.jetstream.consumers.get(streams.work.name, 'lathe-evaluate');
  const seen = new Set<number>();
  const deliveries = async (): Promise<number> => {
    const taken = await consumer.next({ expires: 1000 });
    if (taken?.json<{ jobId: string }>().jobId === id) seen.add(taken.seq);
    return seen.size;
  };
  await expect.poll(deliveries).toBeGreaterThan(2);
  expect((await cluster.job(id)).state).toBe('running');
  // The same, begun as often as it was delivered.
  await changeJob(cluster.jobs, 'default', id, (record) => ({
    ...record,
    attempt: { ...attempt, count: 1 },
  }));
  const failed = cluster.waitFor(id, ({ state }) => state === 'failed');
  await deliveries().then(deliveries);
  const { error, failure } = await failed;
  expect(error?.message).toBe('Evaluation was tried 1 times and never came to its end.');
  expect(failure).toEqual({ stage: 'evaluate', resumable: true });
  expect((await cluster.jobs.get(recordKey('default', id)))?.value.state).toBe('failed');
});
