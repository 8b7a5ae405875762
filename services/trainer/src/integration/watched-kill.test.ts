/** A job whose kept checkpoint is chosen by a metric of its task, killed while it is watched. */
import { fileURLToPath } from 'node:url';
import { baseStatesPrefix } from '@lathe/contracts/artifact/key';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { JobRecord } from '@lathe/contracts/job/record';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointStep, readManifest } from '../manifest.ts';
import { type Cluster, type JobOptions, smallExamples } from './cluster.fixture.ts';
import { type EngineCluster, openEngineCluster } from './engine-cluster.fixture.ts';
import { trained } from './undisturbed.fixture.ts';

const main = fileURLToPath(new URL('./held-worker.fixture.ts', import.meta.url));

let engine: EngineCluster;
let cluster: Cluster;
beforeAll(async () => {
  engine = await openEngineCluster();
  ({ cluster } = engine);
});
afterAll(() => engine[Symbol.asyncDispose]());

const patience = 8;
const labels = ['complaint', 'praise', 'question'];

/** Texts that differ in one token, which tells their label. */
const texts = (count: number) =>
  smallExamples(count).map((example, at) => ({
    ...example,
    types: new Uint8Array(example.tokens.length),
    target: Float32Array.of((at % 5) % labels.length),
  }));

function jobOf(adaptation: Adaptation): JobOptions {
  return {
    model: 'bert',
    adaptation,
    task: { type: 'classification', problem: 'single-label', labels },
    ...{ train: texts(16), heldOut: texts(10), epochs: 20, learningRate: 0.02 },
    options: {
      early_stopping: { metric: 'macro_f1', every_steps: 1, patience },
      checkpoint_every: 1000,
    },
  };
}

/** The step that was kept, digests of its files, and every score of held-out rows. */
async function outcome(job: JobRecord) {
  const { step, model } = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  const files = Object.entries(model).map(([name, { sha256 }]) => [name, sha256]);
  const scores = (await cluster.events(job.id)).flatMap(({ name, data }) =>
    name === 'evaluation_metrics'
      ? [[Number(data.step), Number(data.valid_macro_f1)] as const]
      : [],
  );
  return { step, files: Object.fromEntries(files), scores };
}

async function losses(id: string): Promise<number> {
  return (await cluster.events(id)).filter(({ name }) => name === 'worker_lost').length;
}

/** Files of what a frozen base made of the rows. */
async function baseStates(id = ''): Promise<number> {
  const prefix = baseStatesPrefix('default', id);
  return (await Array.fromAsync(cluster.artifacts.list(prefix))).length;
}

const methods: readonly Adaptation[] = [{ type: 'head' }, { type: 'full' }];
/** Between two steps that are better than all before, of both methods. */
const heldAt = 8;

test('classifiers that follow macro_f1 keep the same step and bytes when their worker is killed', async () => {
  const env = { LATHE_TEST_HELD_AT: String(heldAt), LATHE_WORKER_SLOTS: '2' };
  const first = cluster.startWorker('held', {}, { main, env });
  const create = () => Promise.all(methods.map((method) => cluster.createJob(jobOf(method))));
  const killed = await create();
  for (const id of killed)
    await cluster.waitFor(id, (job) => checkpointStep(job.checkpointKey) > 1);
  first.kill('SIGKILL');
  await first.exited;
  // Of the training rows and of the held-out ones, each with its digests.
  expect(await Promise.all(killed.map(baseStates))).toEqual([4, 0]);
  engine.startWorker('next');
  const undisturbed = await create();
  for (const [at, id] of undisturbed.entries()) {
    const whole = await cluster.waitFor(id, trained);
    const again = await cluster.waitFor(killed[at] ?? '', trained);
    expect(await losses(again.id)).toBe(1);
    expect(await losses(id)).toBe(0);
    const expected = await outcome(whole);
    const most = Math.max(...expected.scores.map(([, score]) => score));
    expect(expected.step).toBe(expected.scores.find(([, score]) => score === most)?.[0]);
    expect(expected.step).toBeGreaterThan(heldAt);
    expect(expected.scores.at(-1)?.[0]).toBe(expected.step + patience);
    expect(await outcome(again)).toEqual(expected);
    await expect.poll(() => baseStates(again.id)).toBe(0);
  }
});
