import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckpointManifest } from '@lathe/contracts/artifact/checkpoint';
import type { JobRecord } from '@lathe/contracts/job/record';
import { softwareGpu } from '@lathe/engine/internal/runtime/software-gpu';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { checkpointStep, readManifest } from '../manifest.ts';
import { type Cluster, type JobOptions, openCluster, smallExamples } from './cluster.fixture.ts';

/** The real worker with the real engine, on the tiny models that the engine's own tests use. */
const main = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
const environment = {
  LATHE_MODELS: fileURLToPath(
    new URL('../../../../packages/engine/src/parity/fixtures/models', import.meta.url),
  ),
  LATHE_ENGINE_THREADS: '1',
};

const lora: JobOptions = {
  model: 'tied',
  adaptation: { type: 'lora', rank: 4, alpha: 8, dropout: 0.1 },
  train: smallExamples(40),
  heldOut: smallExamples(8),
  epochs: 30,
  learningRate: 5e-3,
  options: { checkpoint_every: 50, schedule: 'cosine', warmup_ratio: 0.1 },
};
/** Rows that all say the same, but for the last. */
const same = { tokens: Int32Array.of(1, 2, 3, 4), supervised: Uint8Array.of(0, 0, 1, 1) };
const other = { tokens: Int32Array.of(1, 2, 9), supervised: Uint8Array.of(0, 0, 1) };
const full: JobOptions = {
  ...lora,
  model: 'untied',
  train: [...Array.from({ length: 40 }, () => same), other],
  adaptation: { type: 'full' },
  // Long enough to be killed behind the first checkpoint and before the end.
  epochs: 40,
  options: { checkpoint_every: 25, weight_decay: 0.1 },
};
const trained = (job: JobRecord): boolean => job.stage === 'evaluate';

async function withCluster(act: (cluster: Cluster) => Promise<void>): Promise<void> {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await using cluster = await openCluster({ natsUrl: nats.url, folder: folder.path, environment });
  await cluster.startController();
  await act(cluster);
}

async function manifestOf(cluster: Cluster, job: JobRecord): Promise<CheckpointManifest> {
  return readManifest(cluster.artifacts, job.checkpointKey ?? '');
}

/** Digests of the model's files, by path. */
function digests(manifest: CheckpointManifest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifest.model).map(([name, { sha256 }]) => [name, sha256]),
  );
}

/** What was told last of rows that are hardly learnt. */
async function slowRowsOf(cluster: Cluster, job: JobRecord): Promise<unknown> {
  const events = await cluster.events(job.id);
  return events.findLast(({ name }) => name === 'slow_rows')?.data;
}

async function lossesOf(cluster: Cluster, job: JobRecord): Promise<unknown[]> {
  const events = await cluster.events(job.id);
  return events.filter(({ name }) => name === 'metrics').map(({ data }) => data.train_loss);
}

test('a job trains an adapter whose loss falls, and its files are all there', () =>
  withCluster(async (cluster) => {
    cluster.startWorker('one', {}, { main });
    const job = await cluster.waitFor(await cluster.createJob(lora), trained);
    const losses = (await lossesOf(cluster, job)) as number[];
    expect(losses).toHaveLength(300);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(job).toMatchObject({ trainedTokens: 30 * 160, epoch: 2, lostWorkers: 0 });
    const manifest = await manifestOf(cluster, job);
    expect(Object.keys(manifest.model)).toEqual(
      expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors']),
    );
    expect(manifest.metrics.full_valid_loss).toBeLessThan(losses[0] ?? 0);
  }));

const gpu = softwareGpu();
const noGpu = gpu === null ? ' (skipped: SwiftShader of Debian’s chromium is not here)' : '';
test.runIf(gpu !== null)(
  `a worker on WebGPU tells its device and trains as one on the CPU${noGpu}`,
  () =>
    withCluster(async (cluster) => {
      const env = { ...gpu, LATHE_WORKER_DEVICE: 'webgpu' };
      const first = cluster.startWorker('one', {}, { main, env });
      expect((await cluster.worker('one')).devices).toMatchObject([{ kind: 'webgpu' }]);
      const short = { ...lora, epochs: 2, options: {} };
      const job = await cluster.waitFor(await cluster.createJob(short), trained);
      const onGpu = (await lossesOf(cluster, job)) as number[];
      first.kill('SIGTERM');
      await first.exited;
      cluster.startWorker('two', {}, { main, env: { LATHE_WORKER_DEVICE: 'cpu' } });
      const other = await cluster.waitFor(await cluster.createJob(short), trained);
      const onCpu = (await lossesOf(cluster, other)) as number[];
      expect(onGpu).toHaveLength(onCpu.length);
      for (const [at, loss] of onCpu.entries()) expect(onGpu[at]).toBeCloseTo(loss, 4);
    }),
);

type Damage = (cluster: Cluster, id: string) => Promise<void>;

/** Flips a bit of the weights in the newest training state of a job. */
const flipByte: Damage = async ({ artifacts, config }, id) => {
  const keys = await Array.fromAsync(artifacts.list(`default/jobs/${id}/checkpoints`));
  const newest = keys
    .map(({ key }) => key)
    .filter((key) => key.endsWith('manifest.json'))
    .sort((a, b) => checkpointStep(a) - checkpointStep(b))
    .at(-1);
  const { state } = await readManifest(artifacts, newest ?? '');
  const ref = Object.entries(state).find(([name]) => name.endsWith('.safetensors'))?.[1];
  const path = join(config.artifacts.replace('file:', ''), 'objects', ref?.key ?? '');
  const bytes = await readFile(path);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  await writeFile(path, bytes);
};
const leaveIt: Damage = async () => {};

/** The same prompt with two answers, the better one first; its reference is measured before the first step. */
const pairs = (count: number) =>
  smallExamples(count).flatMap(({ tokens, supervised }) => [
    { tokens, supervised },
    { tokens: Int32Array.of(tokens[0] ?? 0, tokens[1] ?? 0, 5, 6), supervised },
  ]);

test.each([
  ['an adapter whose newest checkpoint is damaged', lora, flipByte],
  [
    'on pairs of answers',
    {
      ...lora,
      train: pairs(40),
      heldOut: pairs(8),
      preference: { loss: 'sigmoid' as const, beta: 0.1 },
    },
    leaveIt,
  ],
  ['every weight', full, leaveIt],
])(
  'training %s ends with the same bytes after a killed worker as undisturbed',
  (_, options, damage) =>
    withCluster(async (cluster) => {
      const first = cluster.startWorker('one', {}, { main });
      const disturbedId = await cluster.createJob(options);
      const every = options.options?.checkpoint_every ?? 0;
      const isSavedTwice = ({ checkpointKey }: JobRecord) =>
        checkpointStep(checkpointKey) >= 2 * every;
      await cluster.waitFor(disturbedId, isSavedTwice);
      first.kill('SIGKILL');
      await first.exited;
      await damage(cluster, disturbedId);
      cluster.startWorker('two', {}, { main });
      const disturbed = await cluster.waitFor(disturbedId, trained);
      expect(disturbed.lostWorkers).toBe(1);
      const skipped = (await cluster.events(disturbedId)).some(({ message }) =>
        message.includes('is damaged and was skipped'),
      );
      expect(skipped).toBe(damage === flipByte);
      const undisturbed = await cluster.waitFor(await cluster.createJob(options), trained);
      expect(undisturbed.lostWorkers).toBe(0);

      expect(digests(await manifestOf(cluster, disturbed))).toEqual(
        digests(await manifestOf(cluster, undisturbed)),
      );
      expect(await lossesOf(cluster, disturbed)).toEqual(await lossesOf(cluster, undisturbed));
      const slow = await slowRowsOf(cluster, disturbed);
      expect(slow).toEqual(await slowRowsOf(cluster, undisturbed));
      if (options === full) expect(slow).toMatchObject({ seen_rows: 41, rows: [{ line: 81 }] });
    }),
);

test('a learning rate far too high fails the job and names the rows of the step', () =>
  withCluster(async (cluster) => {
    cluster.startWorker('one', {}, { main });
    const options = { ...full, learningRate: 1e30, options: { max_gradient_norm: 1e30 } };
    const job = await cluster.waitFor(
      await cluster.createJob(options),
      ({ state }) => state === 'failed',
    );
    expect(job.error?.code).toBe('training_failed');
    expect(job.error?.message).toMatch(
      /^The loss or a gradient is not a finite number at step \d+, with a learning rate of \S+\. Its rows are on lines (\d+, ){3}\d+ of/,
    );
  }));

test('a base model that the engine cannot compute fails the job with the field named', () =>
  withCluster(async (cluster) => {
    cluster.startWorker('one', {}, { main, env: { LATHE_MODELS: cluster.ownModels } });
    const job = await cluster.waitFor(
      await cluster.createJob({ model: 'tiny' }),
      ({ state }) => state === 'failed',
    );
    expect(job.error).toMatchObject({ code: 'unsupported_model', param: 'model' });
    expect(job.error?.message).not.toContain('/');
  }));
