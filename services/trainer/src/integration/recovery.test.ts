/** Damaged checkpoints, too little memory, and losses: what each of them costs a job. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reviveJob } from '@lathe/contracts/job/record';
import { changeJob } from '@lathe/platform/jobs';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointStep, readManifest } from '../manifest.ts';
import { type Cluster, type JobOptions, openCluster } from './cluster.fixture.ts';
import type { SlowEngineHabits } from './slow-engine-math.fixture.ts';
import { atStep, expectUndisturbed, trained } from './undisturbed.fixture.ts';

/** Checkpoints every five steps of twenty: 40 examples, two epochs, four in a batch. */
const often: JobOptions = { options: { checkpoint_every: 5 } };

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let cluster: Cluster;
let workers = 0;

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  cluster = await openCluster({ natsUrl: nats.url, folder: folder.path });
  await cluster.startController({ refusedMs: 300, avoidMs: 300 });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

/** The only worker until its disposal, with a folder of its own for what happened once. */
async function onlyWorker(habits: SlowEngineHabits, slots = 1) {
  const marks = await tempFolder();
  const env = { LATHE_WORKER_SLOTS: String(slots) };
  const name = `worker-${++workers}`;
  const worker = cluster.startWorker(name, { markFolder: marks.path, ...habits }, { env });
  return {
    worker,
    marks: marks.path,
    [Symbol.asyncDispose]: async () => {
      worker.kill('SIGTERM');
      await worker.exited;
      await marks[Symbol.asyncDispose]();
    },
  };
}

async function messages(id: string): Promise<string[]> {
  return (await cluster.events(id)).map(({ message }) => message);
}

/** Manifest keys of the job's checkpoints that hold a state, newest first. */
async function states(id: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of cluster.artifacts.list(`default/jobs/${id}/checkpoints`))
    if (key.endsWith('manifest.json')) {
      const { state } = await readManifest(cluster.artifacts, key);
      if (Object.keys(state).length > 0) keys.push(key);
    }
  return keys.sort((a, b) => checkpointStep(b) - checkpointStep(a));
}

/** Trains to a pause after two checkpoints. */
async function pausedJob(marks: string): Promise<string> {
  const quick = join(marks, 'quick');
  await rm(quick, { force: true });
  const id = await cluster.createJob(often);
  await cluster.waitFor(id, (job) => checkpointStep(job.checkpointKey) >= 10 && atStep(12)(job));
  await cluster.wish(id, 'pause');
  await cluster.waitFor(id, ({ state }) => state === 'paused');
  await writeFile(quick, '');
  return id;
}

type Damage = 'flipped byte' | 'truncated file' | 'missing part' | 'broken manifest';

async function damage(manifestKey: string, how: Damage): Promise<void> {
  const { artifacts } = cluster;
  if (how === 'broken manifest')
    return void (await artifacts.put(manifestKey, Buffer.from('{"ver')));
  const { state } = await readManifest(artifacts, manifestKey);
  const key = state['engine/state.json']?.key ?? '';
  if (how === 'missing part') return artifacts.delete(key);
  const bytes = Buffer.concat(await Array.fromAsync(artifacts.get(key)));
  // A digit of the trained number: what is read is still JSON.
  const at = bytes.lastIndexOf('}') - 1;
  bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
  await artifacts.put(key, how === 'truncated file' ? bytes.subarray(0, 5) : bytes);
}

describe('damaged checkpoints', () => {
  let only: Awaited<ReturnType<typeof onlyWorker>>;
  beforeAll(async () => {
    only = await onlyWorker({ stepMs: 10, slowFrom: 13 });
  });
  afterAll(() => only[Symbol.asyncDispose]());

  test.each(['flipped byte', 'truncated file', 'missing part', 'broken manifest'] as const)(
    'a %s in the newest checkpoint is skipped for the older one, and the weights are the same',
    async (how) => {
      const id = await pausedJob(only.marks);
      const [newest = '', older = '', ...more] = await states(id);
      expect(more).toEqual([]);
      await damage(newest, how);
      await cluster.wish(id, 'run');
      const job = await cluster.waitFor(id, trained);
      const told = await messages(id);
      const skipped = `The checkpoint of step ${checkpointStep(newest)} is damaged and was skipped`;
      expect(told.filter((text) => text.startsWith(skipped))).toHaveLength(1);
      expect(told).toContain(
        `Training resumed from the checkpoint of step ${checkpointStep(older)} of 20.`,
      );
      expect(job.lostWorkers).toBe(0);
      await expectUndisturbed(cluster, job);
    },
  );

  test('with both checkpoints damaged the run starts over and reaches the same weights', async () => {
    const id = await pausedJob(only.marks);
    for (const key of await states(id)) await damage(key, 'flipped byte');
    await cluster.wish(id, 'run');
    const job = await cluster.waitFor(id, trained);
    const told = await messages(id);
    expect(told.filter((text) => text.includes('is damaged and was skipped'))).toHaveLength(2);
    expect(told.filter((text) => text === 'Training started: 20 steps.')).toHaveLength(2);
    expect(job.lostWorkers).toBe(0);
    await expectUndisturbed(cluster, job);
  });
});

test('four losses with progress between them are survived with the default limit of three', async () => {
  await using _ = await onlyWorker({ diesAt: [6, 11, 16, 17] });
  const id = await cluster.createJob(often);
  const job = await cluster.waitFor(id, trained);
  expect(job).toMatchObject({ lostWorkers: 4 });
  await expectUndisturbed(cluster, job);
});

test('a run that takes too much memory is tried again with half the tokens of a pass', async () => {
  await using _ = await onlyWorker({ memoryTokens: 32, isKilledForMemory: true });
  const id = await cluster.createJob(often);
  const job = await cluster.waitFor(id, trained);
  expect(job).toMatchObject({ lostWorkers: 0, microBatchTokens: 32 });
  expect(await messages(id)).toContain(
    'Out of memory: the training process took more than there is (it got SIGKILL). The job goes on from its newest checkpoint with micro_batch_tokens 32.',
  );
  await expectUndisturbed(cluster, job);
});

test('a run that takes too much with one example at a time fails, says what would help, and can be resumed', async () => {
  let id: string;
  {
    await using _ = await onlyWorker({ memoryTokens: 0 });
    id = await cluster.createJob(often);
    const job = await cluster.waitFor(id, ({ state }) => state === 'failed');
    expect(job.error?.message).toMatch(/^Out of memory: .* one example at a time, .*max_tokens/);
    expect(job).toMatchObject({ lostWorkers: 0, failure: { stage: 'train', resumable: true } });
  }
  await using _ = await onlyWorker({});
  const revived = await changeJob(cluster.jobs, 'default', id, reviveJob);
  await cluster.publishTrain(id, revived.epoch);
  await expectUndisturbed(cluster, await cluster.waitFor(id, trained));
});

test('a run that takes too much beside another is tried alone before it fails', async () => {
  await using _ = await onlyWorker({ memoryTokens: 0, stepMs: 10 }, 2);
  const jobs = [await cluster.createJob(often), await cluster.createJob(often)];
  for (const id of jobs) await cluster.waitFor(id, ({ state }) => state === 'failed');
  const told = (await Promise.all(jobs.map(messages))).flat();
  expect(told.filter((text) => text.includes('on a worker that holds no other job'))).not.toEqual(
    [],
  );
});

test('a job that ends its workers is found out, and fails alone', async () => {
  const marks = await tempFolder();
  const poisonRate = 0.5;
  let isOver = false;
  const keepOne = async (): Promise<void> => {
    const env = { LATHE_WORKER_SLOTS: '2' };
    const habits = { markFolder: marks.path, stepMs: 50, poisonRate };
    while (!isOver) {
      const worker = cluster.startWorker('poisoned', habits, { env });
      if (isOver) worker.kill('SIGTERM');
      else stop = () => worker.kill('SIGTERM');
      await worker.exited;
    }
  };
  let stop: () => unknown = () => undefined;
  const kept = keepOne();
  const poison = await cluster.createJob({ ...often, learningRate: poisonRate });
  const innocent = await cluster.createJob({ epochs: 4, options: { checkpoint_every: 40 } });
  const job = await cluster.waitFor(poison, ({ state }) => state === 'failed');
  expect(job.error).toMatchObject({ code: 'worker_lost' });
  expect(job.error?.message).toMatch(/^Training was interrupted 4 times, most recently: /);
  const spared = await cluster.waitFor(innocent, trained);
  isOver = true;
  stop();
  await kept;
  expect(spared.lostWorkers).toBe(0);
  await expectUndisturbed(cluster, spared, 40);
  await marks[Symbol.asyncDispose]();
});

test('a worker that dies with two jobs on it is charged to neither', async () => {
  const slow = { options: { checkpoint_every: 20 } };
  let ids: string[];
  {
    await using first = await onlyWorker({ stepMs: 200 }, 2);
    ids = [await cluster.createJob(slow), await cluster.createJob(slow)];
    for (const id of ids) await cluster.waitFor(id, atStep(1));
    first.worker.kill('SIGKILL');
    for (const id of ids) await cluster.waitFor(id, ({ state }) => state === 'queued');
  }
  await using _ = await onlyWorker({}, 2);
  for (const id of ids) {
    const job = await cluster.waitFor(id, trained);
    expect(job).toMatchObject({ lostWorkers: 0, sharedLosses: 1 });
    await expectUndisturbed(cluster, job);
  }
});
