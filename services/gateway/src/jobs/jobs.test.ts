import { streams } from '@lathe/contracts/subject';
import OpenAI, { NotFoundError } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { apiKey } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway();
let trainingFile: string;

beforeAll(async () => {
  trainingFile = await gateway.upload();
});

const body = () => ({ model: 'lathe-tiny', training_file: trainingFile });
const create = (extra: object = {}) =>
  gateway.client.fineTuning.jobs.create({ ...body(), ...extra });

test('a job is created with all its parameters, queued and retrieved', async () => {
  const before = await gateway.queued();
  const validation = await gateway.upload();
  const job = await create({
    suffix: 'my-model_1',
    seed: 7,
    validation_file: validation,
    method: {
      type: 'supervised',
      supervised: { hyperparameters: { n_epochs: 3, batch_size: 'auto' } },
    },
    metadata: { team: 'support' },
    lathe: { adaptation: { type: 'lora', rank: 4 }, learning_rate: 0.001 },
  });
  const hyperparameters = { n_epochs: 3, batch_size: 'auto', learning_rate_multiplier: 'auto' };
  expect(job).toMatchObject({
    object: 'fine_tuning.job',
    status: 'validating_files',
    model: 'lathe-tiny',
    seed: 7,
    training_file: trainingFile,
    validation_file: validation,
    metadata: { team: 'support' },
    hyperparameters,
    method: { type: 'supervised', supervised: { hyperparameters } },
    error: null,
    fine_tuned_model: null,
    finished_at: null,
    result_files: [],
    organization_id: 'default',
    lathe: { options: { adaptation: { type: 'lora', rank: 4 }, learning_rate: 0.001 } },
  });
  expect(await gateway.client.fineTuning.jobs.retrieve(job.id)).toEqual(job);
  expect(await gateway.queued()).toBe(before + 1);
  const work = await gateway.nats.manager.streams.getMessage(streams.work.name, {
    last_by_subj: 'lathe.work.ingest',
  });
  expect(work?.json()).toMatchObject({ jobId: job.id, project: 'default', epoch: 0 });
  const events = await gateway.client.fineTuning.jobs.listEvents(job.id);
  expect(events.data).toMatchObject([{ message: `Created fine-tuning job: ${job.id}`, data: {} }]);
});

test('what ingest, trainer and evaluator store is what the API shows', async () => {
  const job = await create();
  await gateway.patchJob(job.id, {
    state: 'succeeded',
    settings: {
      epochs: 2,
      batchSize: 8,
      learningRateMultiplier: 1,
      learningRate: 0.01,
      adaptation: { type: 'lora' },
    },
    fineTunedModel: 'ft:lathe-tiny:default::abc',
    resultFiles: ['file-abcdefgh'],
    trainedTokens: 99,
    finishedAt: 5,
    progress: { step: 4, totalSteps: 4, estimatedFinish: 5 },
    evaluation: { tuned: 0.9 },
  });
  expect(await gateway.client.fineTuning.jobs.retrieve(job.id)).toMatchObject({
    status: 'succeeded',
    hyperparameters: { n_epochs: 2, batch_size: 8, learning_rate_multiplier: 1 },
    fine_tuned_model: 'ft:lathe-tiny:default::abc',
    result_files: ['file-abcdefgh'],
    trained_tokens: 99,
    finished_at: 5,
    lathe: { step: 4, total_steps: 4, evaluation: { tuned: 0.9 } },
  });
});

test('a job of the method dpo is shown with its own hyperparameters', async () => {
  const job = await create({
    method: { type: 'dpo', dpo: { hyperparameters: { beta: 0.2, n_epochs: 2 } } },
    lathe: { preference: { loss: 'robust', label_smoothing: 0.1 } },
  });
  expect(job).toMatchObject({
    hyperparameters: {},
    method: {
      type: 'dpo',
      dpo: {
        hyperparameters: {
          n_epochs: 2,
          batch_size: 'auto',
          learning_rate_multiplier: 'auto',
          beta: 0.2,
        },
      },
    },
  });
  expect(job.method).not.toHaveProperty('supervised');
});

test('jobs are listed newest first, in pages, and by metadata', async () => {
  const ids: string[] = [];
  for (const metadata of [{ list: 'x', k: 'a b' }, { list: 'x' }, null])
    ids.push((await create({ metadata })).id);
  const { jobs } = gateway.client.fineTuning;
  const first = await jobs.list({ limit: 2 });
  expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  expect(first.has_more).toBe(true);
  const all: string[] = [];
  for await (const job of jobs.list({ limit: 1 })) all.push(job.id);
  expect(all.slice(0, 3)).toEqual([ids[2], ids[1], ids[0]]);
  const listed = async (metadata: Record<string, string> | null) =>
    (await jobs.list({ metadata, limit: 100 })).data.map(({ id }) => id);
  expect(await listed({ list: 'x' })).toEqual([ids[1], ids[0]]);
  expect(await listed({ list: 'x', k: 'a b' })).toEqual([ids[0]]);
  const none = await listed(null);
  expect(none).toContain(ids[2]);
  expect(none).not.toContain(ids[1]);
  const spelled = await gateway.fetch('/v1/fine_tuning/jobs?metadata=null&limit=100');
  expect(((await spelled.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(
    none,
  );
  const ids3 = async (query: string) => {
    const answer = await gateway.fetch(`/v1/fine_tuning/jobs?limit=3&${query}`);
    return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  const [oldest = ''] = await ids3('order=asc');
  expect(all.at(-1)).toBe(oldest);
  expect(await ids3(`order=asc&after=${ids[0]}`)).toEqual([ids[1], ids[2]]);
  await gateway.client.fineTuning.jobs.cancel(ids[1] ?? '');
  expect((await ids3('status=cancelled'))[0]).toBe(ids[1]);
  expect(await ids3('status=validating_files')).toEqual(expect.arrayContaining([ids[2], ids[0]]));
  const both = await ids3('status=cancelled,validating_files');
  expect(both).toEqual([ids[2], ids[1], ids[0]]);
  for (const query of [
    'status=lost',
    'status=cancelled,lost',
    'status=',
    'order=up',
    'limit=0',
    'limit=x',
    'limit=1000',
    'sort=up',
    'metadata=x',
    'after=nope',
  ])
    expect((await gateway.fetch(`/v1/fine_tuning/jobs?${query}`)).status).toBe(400);
});

test('a create that is sent again as a retry finds the first job', async () => {
  const before = await gateway.queued();
  const request = { ...body(), seed: 1234 };
  const ids = new Set<string>();
  for (const retry of ['0', '1', '2']) {
    const response = await gateway.postJob(request, { 'x-stainless-retry-count': retry });
    ids.add(((await response.json()) as { id: string }).id);
  }
  expect(ids.size).toBe(1);
  expect(await gateway.queued()).toBe(before + 1);
  const again = await gateway.postJob(request, { 'x-stainless-retry-count': '0' });
  expect(ids).not.toContain(((await again.json()) as { id: string }).id);
  const other = await gateway.postJob(
    { ...request, seed: 1235 },
    { 'x-stainless-retry-count': '1' },
  );
  expect(ids).not.toContain(((await other.json()) as { id: string }).id);
});

test('a create that is sent again after its first job ended makes a new one, but under a key', async () => {
  const send = async (headers: Record<string, string>) => {
    const response = await gateway.postJob({ ...body(), seed: 777 }, headers);
    return ((await response.json()) as { id: string }).id;
  };
  const first = await send({});
  await gateway.client.fineTuning.jobs.cancel(first);
  const second = await send({ 'x-stainless-retry-count': '1' });
  expect(second).not.toBe(first);
  expect(await send({ 'x-stainless-retry-count': '2' })).toBe(second);
  const keyed = await send({ 'idempotency-key': 'ended' });
  await gateway.client.fineTuning.jobs.cancel(keyed);
  expect(await send({ 'idempotency-key': 'ended' })).toBe(keyed);
});

test('the official client creates one job when its first answer is lost', async () => {
  let tries = 0;
  const client = new OpenAI({
    apiKey,
    baseURL: `${gateway.url}/v1`,
    maxRetries: 2,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      tries++;
      return tries === 1
        ? new Response('{}', { status: 503, headers: { 'retry-after-ms': '1' } })
        : response;
    },
  });
  const before = await gateway.queued();
  await client.fineTuning.jobs.create({ ...body(), seed: 4321 });
  expect(tries).toBe(2);
  expect(await gateway.queued()).toBe(before + 1);
});

test('an idempotency key finds its job, also when sent at the same time, and refuses other content', async () => {
  const before = await gateway.queued();
  const headers = { 'idempotency-key': 'my key' };
  const responses = await Promise.all([1, 2, 3, 4].map(() => gateway.postJob(body(), headers)));
  const ids = await Promise.all(
    responses.map(async (response) => ((await response.json()) as { id: string }).id),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await gateway.queued()).toBe(before + 1);
  const conflict = await gateway.postJob({ ...body(), seed: 99 }, headers);
  expect(conflict.status).toBe(422);
  expect(await conflict.json()).toMatchObject({ error: { code: 'idempotency_conflict' } });
});

test('jobs of another project and unknown jobs are 404 on every route', async () => {
  const job = await create();
  const stored = await gateway.jobs.get(`default.${job.id}`);
  if (stored === null) throw new Error('no record');
  await gateway.jobs.delete(`default.${job.id}`);
  await gateway.jobs.put(`other.${job.id}`, { ...stored.value, project: 'other' });
  const { jobs } = gateway.client.fineTuning;
  for (const id of [job.id, 'ftjob-unknown0', '*', 'x y', '..%2f..'])
    for (const call of [
      () => jobs.retrieve(id),
      () => jobs.cancel(id),
      () => jobs.pause(id),
      () => jobs.resume(id),
      () => jobs.listEvents(id),
      () => jobs.checkpoints.list(id),
      () => gateway.client.get(`/lathe/jobs/${id}/report`),
      () => gateway.client.get(`/lathe/jobs/${id}/report.html`),
      () => gateway.client.get(`/lathe/jobs/${id}/dataset`),
    ])
      await expect(call()).rejects.toThrow(NotFoundError);
});
