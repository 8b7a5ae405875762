import { startPrefix } from '@lathe/contracts/artifact/key';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import { type JobRecord, type JobStart, moveJob } from '@lathe/contracts/job/record';
import { changeJob } from '@lathe/platform/jobs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../manifest.ts';
import {
  type Cluster,
  type JobOptions,
  smallExamples,
  type WorkerProcess,
} from './cluster.fixture.ts';
import { type EngineCluster, openEngineCluster } from './engine-cluster.fixture.ts';

/** Jobs that go on from tuned models, on the real engine. */
let engine: EngineCluster;
let cluster: Cluster;
let worker: WorkerProcess;

beforeAll(async () => {
  engine = await openEngineCluster();
  ({ cluster } = engine);
  worker = engine.startWorker('one');
  await cluster.worker('one');
});
afterAll(() => engine[Symbol.asyncDispose]());

/** All rows in one step, and the same rows held out. */
function create(adaptation: Adaptation, options: JobOptions = {}): Promise<string> {
  const rows = { train: smallExamples(4), heldOut: smallExamples(4) };
  return cluster.createJob({
    ...{ model: 'untied', adaptation, ...rows, epochs: 20, learningRate: 2e-3 },
    ...{ options: { schedule: 'constant' } },
    ...options,
  });
}

async function trained(id: string): Promise<JobRecord> {
  const isOver = ({ stage, state }: JobRecord) => stage === 'evaluate' || state === 'failed';
  const job = await cluster.waitFor(id, isOver);
  expect(job.error).toBeNull();
  return job;
}

const manifestOf = (job: JobRecord) => readManifest(cluster.artifacts, job.checkpointKey ?? '');

async function digests(job: JobRecord): Promise<string[]> {
  return Object.values((await manifestOf(job)).model).map(({ sha256 }) => sha256);
}

async function objects(prefix: string): Promise<string[]> {
  return (await Array.fromAsync(cluster.artifacts.list(prefix))).map(({ key }) => key);
}

/** Where a job goes on from the model that another one made. */
async function startFrom(parent: JobRecord, adaptation: Adaptation): Promise<JobStart> {
  const { kind, baseModel: base } = await manifestOf(parent);
  return { base, kind, manifestKey: parent.checkpointKey ?? '', adaptation };
}

const lora = { type: 'lora', rank: 4, alpha: 8, dropout: 0 } as const satisfies Adaptation;

test.each<[string, Adaptation, Adaptation, 'adapter' | 'merged']>([
  ['the adapter', lora, lora, 'adapter'],
  [
    'virtual tokens',
    { type: 'prompt-tuning', tokens: 3, initial: 'random' },
    { type: 'prompt-tuning', tokens: 3 },
    'adapter',
  ],
  ['whole weights', { type: 'full' }, { type: 'full' }, 'merged'],
  ['an adapter of whole weights', { type: 'full' }, lora, 'merged'],
])('a job trains %s on from the loss that its model had', async (_, first, second, kind) => {
  const parent = await trained(await create(first));
  const model = `ft:untied:default:test:${parent.id.slice(6, 14)}`;
  const start = await startFrom(parent, second);
  const child = await trained(await create(second, { model, start }));
  const events = await cluster.events(child.id);
  const losses = events
    .filter(({ name }) => name === 'metrics')
    .map(({ data }) => data.train_loss as number);
  const before = await manifestOf(parent);
  const after = await manifestOf(child);
  expect(losses[0]).toBeCloseTo(before.metrics.full_valid_loss ?? Number.NaN, 5);
  expect(after.metrics.full_valid_loss).toBeLessThan(before.metrics.full_valid_loss ?? 0);
  expect(after).toMatchObject({ kind, baseModel: 'untied' });
  const name = `ft:untied:default:test:${child.id.slice(6, 14)}`;
  const record = (await cluster.models.list('default')).find(({ value }) => value.name === name);
  expect(record?.value).toMatchObject({ kind, base: 'untied', jobId: child.id });
  await expect.poll(() => objects(startPrefix('default', child.id))).toEqual([]);
});

test('what was copied for a job that is cancelled while it waits goes', async () => {
  const parent = await trained(await create(lora, { epochs: 1 }));
  const start = { ...(await startFrom(parent, lora)), base: 'nobody-has-it' };
  const id = await create(lora, { model: 'ft:nobody-has-it:default::x', start });
  expect(await objects(startPrefix('default', id))).not.toEqual([]);
  await changeJob(cluster.jobs, 'default', id, (record) =>
    moveJob(record, 'cancelled', { desired: 'cancel', now: Math.floor(Date.now() / 1000) }),
  );
  await expect.poll(() => objects(startPrefix('default', id))).toEqual([]);
});

test('a child whose parent is gone ends the same after a pause and a lost worker', async () => {
  const parent = await trained(await create(lora));
  const model = `ft:untied:default:test:${parent.id.slice(6, 14)}`;
  // Dropout shows whether the steps after the interruptions are those that were planned.
  const noisy = { ...lora, dropout: 0.3 };
  const options: JobOptions = {
    ...{ model, start: await startFrom(parent, noisy), epochs: 500, learningRate: 1e-4 },
    options: { schedule: 'cosine', checkpoint_every: 25 },
  };
  const wanted = await digests(await trained(await create(noisy, options)));

  const disturbed = await create(noisy, options);
  await cluster.artifacts.deletePrefix(`default/jobs/${parent.id}`);
  const step = (least: number) => (job: JobRecord) => (job.progress?.step ?? 0) >= least;
  await cluster.waitFor(disturbed, step(30));
  await cluster.wish(disturbed, 'pause');
  const paused = await cluster.waitFor(disturbed, ({ state }) => state === 'paused');
  expect(paused.progress?.step).toBeLessThan(500);
  await cluster.wish(disturbed, 'run');
  await cluster.waitFor(disturbed, step((paused.progress?.step ?? 0) + 50));
  worker.kill('SIGKILL');
  await worker.exited;
  worker = engine.startWorker('two');
  const job = await trained(disturbed);
  expect(job.lostWorkers).toBe(1);
  expect(await digests(job)).toEqual(wanted);
});
