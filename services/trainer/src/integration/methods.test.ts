import { badTarget } from '@lathe/contracts/artifact/shard';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { ResolvedPreference } from '@lathe/contracts/http/preference';
import type { JobRecord } from '@lathe/contracts/job/record';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../manifest.ts';
import {
  type Cluster,
  type JobOptions,
  smallExamples,
  type WorkerProcess,
} from './cluster.fixture.ts';
import { type EngineCluster, openEngineCluster } from './engine-cluster.fixture.ts';

/** Every method and setting of a job on the real engine, each on a run of a few steps. */
let engine: EngineCluster;
let cluster: Cluster;
let worker: WorkerProcess;
let kills = 0;

beforeAll(async () => {
  engine = await openEngineCluster();
  ({ cluster } = engine);
  worker = engine.startWorker('one');
  await cluster.worker('one');
});
afterAll(() => engine[Symbol.asyncDispose]());

type Change = Pick<JobOptions, 'epochs' | 'learningRate' | 'train' | 'heldOut' | 'preference'>;

function create(adaptation: Adaptation, options: LatheOptions, change: Change): Promise<string> {
  return cluster.createJob({
    model: 'untied',
    adaptation,
    options,
    train: smallExamples(16),
    heldOut: smallExamples(4),
    epochs: 10,
    learningRate: 5e-3,
    ...change,
  });
}

async function trained(id: string): Promise<JobRecord> {
  const job = await cluster.waitFor(
    id,
    ({ stage, state }) => stage === 'evaluate' || state === 'failed',
  );
  expect(job.error).toBeNull();
  // What a worker has told, before it began.
  expect(job.options.memory_limit ?? job.memoryBytes).toBeGreaterThan(150 * 2 ** 20);
  return job;
}

async function train(
  adaptation: Adaptation,
  options: LatheOptions = {},
  change: Change = {},
): Promise<JobRecord> {
  return trained(await create(adaptation, options, change));
}

async function metricsOf(job: JobRecord): Promise<Record<string, number>[]> {
  const events = await cluster.events(job.id);
  return events
    .filter(({ name }) => name === 'metrics')
    .map(({ data }) => data as Record<string, number>);
}

test.each<[string, Adaptation, 'adapter' | 'merged']>([
  [
    'LoRA+, rank-stabilised',
    { type: 'lora', rank: 2, rank_stabilized: true, rate_ratio_b: 8 },
    'adapter',
  ],
  ['PiSSA', { type: 'lora', rank: 2, initial: 'pissa', targets: ['q_proj', 'v_proj'] }, 'adapter'],
  ['DoRA', { type: 'lora', rank: 2, dora: true, initial: 'gaussian', dropout: 0.1 }, 'merged'],
  ['LoRA on a 4-bit base', { type: 'lora', rank: 2, base_bits: 4 }, 'adapter'],
  ['IA³', { type: 'ia3' }, 'merged'],
  [
    'IA³ of named layers',
    { type: 'ia3', targets: ['up_proj'], feed_forward: ['up_proj'] },
    'merged',
  ],
  ['the last block', { type: 'layers', last: 1 }, 'merged'],
  ['named weights', { type: 'layers', names: ['*.mlp.*'] }, 'merged'],
  ['every weight from random ones', { type: 'full', initial: 'random' }, 'merged'],
  ['some embeddings', { type: 'tokens', tokens: [1, 2, 3, 4, 5] }, 'merged'],
  [
    'prompt tuning',
    { type: 'prompt-tuning', tokens: 4, initial: 'text', initial_tokens: [7, 8] },
    'adapter',
  ],
  ['prefix tuning', { type: 'prefix-tuning', tokens: 4 }, 'adapter'],
])('%s trains and ends in a model that chat can serve', async (_, adaptation, kind) => {
  const job = await train(adaptation);
  const losses = (await metricsOf(job)).map((data) => data.train_loss as number);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  expect(manifest.kind).toBe(kind);
  const weights = kind === 'adapter' ? 'adapter_model.safetensors' : 'model.safetensors';
  expect(Object.keys(manifest.model)).toContain(weights);
});

test.each<[string, LatheOptions]>([
  ['SGD', { optimizer: { type: 'sgd', momentum: 0.5, nesterov: true } }],
  ['Lion', { optimizer: { type: 'lion', weight_decay: 0.1 } }],
  ['Adafactor', { optimizer: { type: 'adafactor', decay_rate: 0.9 } }],
  ['AdamW with numbers of its own', { optimizer: { type: 'adamw', beta2: 0.95, epsilon: 1e-6 } }],
  ['wsd', { schedule: 'wsd', warmup_steps: 2, decay_ratio: 0.5, minimum_rate: 0.1 }],
  ['cosine with a floor', { schedule: 'cosine', minimum_rate: 0.2 }],
  ['regularisers', { label_smoothing: 0.1, embedding_noise: 5, layer_rate_decay: 0.8 }],
  ['little memory', { recompute_activations: true, micro_batch_tokens: 16 }],
  ['half precision', { precision: 'float16' }],
  ['a limit of memory', { memory_limit: 2 ** 30 }],
])('training takes %s', async (name, options) => {
  const job = await train({ type: 'lora', rank: 2 }, options, { epochs: 2 });
  const metrics = await metricsOf(job);
  expect(metrics.length).toBeGreaterThan(0);
  const rates = metrics.map((data) => data.learning_rate as number);
  if (name === 'wsd') expect(rates[0]).toBeCloseTo(0.1 * 5e-3);
  if (name.startsWith('cosine')) expect(rates.at(-1)).toBeGreaterThan(0.2 * 5e-3);
});

/** The same prompt with the tokens 3 4 as the better and 5 6 as the worse answer. */
const pairs = (count: number) =>
  smallExamples(count).flatMap(({ tokens, supervised }) => [
    { tokens, supervised },
    { tokens: Int32Array.of(tokens[0] ?? 0, tokens[1] ?? 0, 5, 6), supervised },
  ]);

test.each<ResolvedPreference>([
  { loss: 'sigmoid', beta: 0.1, label_smoothing: 0.1 },
  { loss: 'ipo', beta: 0.1 },
  { loss: 'hinge', beta: 0.1 },
  { loss: 'robust', beta: 0.1, label_smoothing: 0.1 },
  { loss: 'orpo', beta: 0.2 },
  { loss: 'simpo', beta: 2, gamma: 1 },
])('pairs of answers train with the loss $loss', async (preference) => {
  const rows = { train: pairs(16), heldOut: pairs(4) };
  const job = await train({ type: 'lora', rank: 2, alpha: 8 }, {}, { ...rows, preference });
  const metrics = await metricsOf(job);
  expect(metrics.at(-1)?.train_loss).toBeLessThan(metrics[0]?.train_loss ?? 0);
  expect(metrics.at(-1)?.['rewards/margins']).toBeGreaterThan(0);
  // Pairs whose better answer got the higher reward.
  expect(metrics.at(-1)?.train_mean_token_accuracy).toBe(1);
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  expect(manifest.kind).toBe('adapter');
  expect(manifest.metrics.full_valid_mean_token_accuracy).toBe(1);
});

test.each<[Adaptation, ResolvedPreference]>([
  [
    { type: 'prefix-tuning', tokens: 4 },
    { loss: 'sigmoid', beta: 0.1 },
  ],
  [
    { type: 'prompt-tuning', tokens: 4 },
    { loss: 'orpo', beta: 0.2 },
  ],
])('pairs of answers train virtual tokens: %j, %j', async (adaptation, preference) => {
  const rows = { train: pairs(16), heldOut: pairs(4) };
  const job = await train(adaptation, {}, { ...rows, preference, learningRate: 0.1 });
  const metrics = await metricsOf(job);
  expect(metrics.at(-1)?.train_loss).toBeLessThan(metrics[0]?.train_loss ?? 0);
  expect(metrics.at(-1)?.train_mean_token_accuracy).toBe(1);
});

test('judged answers train with the loss kto', async () => {
  const judge = (count: number) =>
    pairs(count).map(({ tokens, supervised }, at) => ({
      tokens,
      supervised: at % 2 === 0 ? supervised : supervised.map((flag) => flag * badTarget),
    }));
  const preference = { loss: 'kto', beta: 0.1, undesirable_weight: 1.2 } as const;
  const rows = { train: judge(16), heldOut: judge(4) };
  const job = await train({ type: 'lora', rank: 2, alpha: 8 }, {}, { ...rows, preference });
  const metrics = await metricsOf(job);
  expect(metrics.at(-1)?.train_loss).toBeLessThan(metrics[0]?.train_loss ?? 0);
  expect(metrics.at(-1)?.['rewards/chosen']).toBeGreaterThan(
    metrics.at(-1)?.['rewards/rejected'] ?? 0,
  );
});

test('early stopping by a metric of the task keeps its best step', async () => {
  const options: LatheOptions = {
    early_stopping: { metric: 'pair_accuracy', every_steps: 1, patience: 3 },
    checkpoint_every: 1000,
  };
  const preference = { loss: 'sigmoid', beta: 0.1 } as const;
  const rows = { train: pairs(16), heldOut: pairs(4) };
  const change = { ...rows, preference, epochs: 500, learningRate: 0.01 };
  const job = await train({ type: 'full' }, options, change);
  const scores = (await cluster.events(job.id))
    .filter(({ name }) => name === 'evaluation_metrics')
    .map(({ data }) => ({ step: data.step as number, value: data.valid_pair_accuracy as number }));
  const most = Math.max(...scores.map(({ value }) => value));
  const best = scores.find(({ value }) => value === most)?.step ?? 0;
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  expect(manifest.step).toBe(best);
  expect(scores.at(-1)?.step).toBe(best + 3);
});

test('a metric that the rows do not tell fails the job by its name', async () => {
  const judged = pairs(4).map(({ tokens, supervised }) => ({ tokens, supervised }));
  const id = await create(
    { type: 'lora', rank: 2, alpha: 8 },
    { early_stopping: { metric: 'margin' } },
    { train: judged, heldOut: judged, preference: { loss: 'kto', beta: 0.1 } },
  );
  const { error } = await cluster.waitFor(id, ({ state }) => state === 'failed');
  expect(error?.message).toBe(
    'Early stopping watches margin, which these rows do not tell (kto); it can watch loss.',
  );
});

test('early stopping keeps the best step, also after the worker was killed', async () => {
  const options: LatheOptions = {
    early_stopping: { every_steps: 3, patience: 3, minimum_change: 0.0001 },
    schedule: 'constant',
    checkpoint_every: 1000,
  };
  const change = { epochs: 500, learningRate: 0.01 };
  const job = await train({ type: 'full' }, options, change);
  const events = await cluster.events(job.id);
  const scores = events
    .filter(({ name }) => name === 'evaluation_metrics')
    .map(({ data }) => ({ step: data.step as number, loss: data.full_valid_loss as number }));
  let best = scores[0] as { step: number; loss: number };
  for (const score of scores) if (best.loss - score.loss > 0.0001) best = score;
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  expect(manifest.step).toBe(best.step);
  expect(job.progress?.step).toBe(best.step);
  expect(scores.at(-1)?.step).toBe(best.step + 9);
  const kept = `the model of step ${best.step} is kept`;
  expect(events.some(({ message }) => message.includes(kept))).toBe(true);

  await expectSameAfterKill(job, options, change);
});

test('a job that watches a metric of its task keeps the same step and bytes after the worker was killed', async () => {
  // So patient that it goes on long after its first checkpoint, which the kill follows.
  const options: LatheOptions = {
    early_stopping: { metric: 'pair_accuracy', every_steps: 3, patience: 100 },
    checkpoint_every: 1000,
  };
  const preference = { loss: 'sigmoid', beta: 0.1 } as const;
  const rows = { train: pairs(16), heldOut: pairs(4) };
  const change = { ...rows, preference, epochs: 500, learningRate: 0.01 };
  const job = await train({ type: 'full' }, options, change);
  await expectSameAfterKill(job, options, change);
});

/** Runs the job again, kills its worker once there is a checkpoint, and expects the step and the weights of the undisturbed one. */
async function expectSameAfterKill(
  job: JobRecord,
  options: LatheOptions,
  change: Change,
): Promise<void> {
  const disturbed = await create({ type: 'full' }, options, change);
  await cluster.waitFor(disturbed, ({ checkpointKey }) => checkpointKey !== null);
  worker.kill('SIGKILL');
  await worker.exited;
  kills++;
  worker = engine.startWorker(`after-${kills}`);
  const again = await trained(disturbed);
  expect(again.lostWorkers).toBe(1);
  const [own, other] = await Promise.all(
    [job, again].map(({ checkpointKey }) => readManifest(cluster.artifacts, checkpointKey ?? '')),
  );
  expect(other?.step).toBe(own?.step);
  expect(other?.model['model.safetensors']?.sha256).toBe(own?.model['model.safetensors']?.sha256);
}
