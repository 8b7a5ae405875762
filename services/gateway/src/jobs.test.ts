import { streams } from '@lathe/contracts/subject';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { APIError, NotFoundError, toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKey, baseModel, jsonl, openGateway, type TestGateway } from './gateway-fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let gateway: TestGateway;
let trainingFile: string;

beforeAll(async () => {
  [nats, folder] = await Promise.all([startNats(), tempFolder()]);
  gateway = await openGateway({ natsUrl: nats.url, folder: folder.path });
  await gateway.addModel(baseModel);
  await gateway.addModel({
    version: 1,
    kind: 'adapter',
    name: 'ft:lathe-tiny:default::12345678',
    project: 'default',
    createdAt: 1,
    base: 'lathe-tiny',
    jobId: 'ftjob-12345678',
    step: 1,
    manifestKey: 'default/x',
  });
  trainingFile = await upload('fine-tune');
});
afterAll(async () => {
  await gateway.stop();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function upload(purpose: 'fine-tune' | 'evals'): Promise<string> {
  const file = await toFile(Buffer.from(jsonl), 'rows.jsonl');
  return (await gateway.client.files.create({ file, purpose })).id;
}
/** A create request with whatever body. */
function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.fetch('/v1/fine_tuning/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
const body = () => ({ model: 'lathe-tiny', training_file: trainingFile });
const create = (extra: object = {}) =>
  gateway.client.fineTuning.jobs.create({ ...body(), ...extra });
async function queued(): Promise<number> {
  return (await gateway.nats.manager.streams.info(streams.work.name)).state.messages;
}

test('a job is created with all its parameters, queued and retrieved', async () => {
  const before = await queued();
  const validation = await upload('fine-tune');
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
  expect(await queued()).toBe(before + 1);
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

test('an unknown model is a 400 that lists what there is', async () => {
  const error = await create({ model: 'gpt-9' }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ status: 400, code: 'model_not_found', param: 'model' });
  expect((error as APIError).message).toContain("'gpt-9' does not exist. There are: lathe-tiny.");
});

test.each([
  [{ training_file: undefined }, 'missing_parameter', 'training_file', /Missing required/],
  [{ training_file: 'file-doesnotexist' }, 'not_found', 'training_file', /file-doesnotexist/],
  [{ validation_file: 'file-doesnotexist' }, 'not_found', 'validation_file', /validation_file/],
  [{ colour: 'red' }, 'unsupported_parameter', 'colour', /'colour'/],
  [
    { hyperparameters: { n_epoch: 3 } },
    'unsupported_parameter',
    'hyperparameters.n_epoch',
    /n_epoch/,
  ],
  [{ hyperparameters: { n_epochs: 99 } }, 'invalid_value', 'hyperparameters.n_epochs', /<=50/],
  [
    { hyperparameters: { n_epochs: 'lots' } },
    'invalid_value',
    'hyperparameters.n_epochs',
    /"auto"/,
  ],
  [
    { method: { type: 'reinforcement' } },
    'invalid_value',
    'method.type',
    /expected one of supervised, dpo/,
  ],
  [
    { method: { type: 'dpo', supervised: {} } },
    'unsupported_parameter',
    'method.supervised',
    /supervised/,
  ],
  [
    { method: { type: 'dpo', dpo: { hyperparameters: { beta: 3 } } } },
    'invalid_value',
    'method.dpo.hyperparameters.beta',
    /<=2/,
  ],
  [
    { method: { type: 'supervised', supervised: { hyperparameters: { beta: 0.1 } } } },
    'unsupported_parameter',
    'method.supervised.hyperparameters.beta',
    /beta/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { label_smoothing: 0.1 } },
    'invalid_value',
    'lathe.label_smoothing',
    /lathe.preference.label_smoothing/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { preference: { loss: 'ipo', gamma: 1 } } },
    'invalid_value',
    'lathe.preference.gamma',
    /only the loss simpo/,
  ],
  [
    {
      method: { type: 'dpo' },
      lathe: { adaptation: { type: 'full', initial: 'random' } },
    },
    'invalid_value',
    'lathe.adaptation.initial',
    /supervised/,
  ],
  [
    {
      method: { type: 'dpo', dpo: { hyperparameters: { batch_size: 1 } } },
      lathe: { preference: { loss: 'kto' } },
    },
    'invalid_value',
    'method.dpo.hyperparameters.batch_size',
    /at least 2/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { preference: { undesirable_weight: 2 } } },
    'invalid_value',
    'lathe.preference.undesirable_weight',
    /only the loss kto/,
  ],
  [
    { lathe: { preference: { loss: 'ipo' } } },
    'invalid_value',
    'lathe.preference',
    /belongs to the method dpo/,
  ],
  [{ suffix: 'a:b' }, 'invalid_value', 'suffix', /letters, digits/],
  [{ suffix: 'x'.repeat(65) }, 'invalid_value', 'suffix', /64/],
  [{ seed: -1 }, 'invalid_value', 'seed', />=0/],
  [{ integrations: [{ type: 'wandb' }] }, 'invalid_value', 'integrations', /not supported/],
  [
    { lathe: { adaptation: { type: 'lora', ranks: 1 } } },
    'unsupported_parameter',
    'lathe.adaptation.ranks',
    /ranks/,
  ],
  [
    { lathe: { adaptation: { type: 'prefix-tuning' } } },
    'invalid_value',
    'lathe.adaptation.type',
    /chat cannot serve; train it with npm run tune:local/,
  ],
  [
    { lathe: { adaptation: { type: 'lorra' } } },
    'invalid_value',
    'lathe.adaptation.type',
    /one of full, layers, lora/,
  ],
  [
    { lathe: { adaptation: { type: 'lora', dora: true, initial: 'pissa' } } },
    'invalid_value',
    'lathe.adaptation.dora',
    /PiSSA/,
  ],
  [
    { lathe: { adaptation: { type: 'lora', dora: true, base_bits: 4 } } },
    'invalid_value',
    'lathe.adaptation.base_bits',
    /plain LoRA/,
  ],
  [
    { lathe: { adaptation: { type: 'ia3', targets: ['k_proj'], feed_forward: ['down_proj'] } } },
    'invalid_value',
    'lathe.adaptation.feed_forward',
    /among the targets/,
  ],
  [{ lathe: { adaptation: { type: 'layers' } } }, 'invalid_value', 'lathe.adaptation', /either/],
  [
    { lathe: { optimizer: { type: 'sgd', beta1: 0.9 } } },
    'unsupported_parameter',
    'lathe.optimizer.beta1',
    /beta1/,
  ],
  [
    { lathe: { optimizer: { type: 'lion', weight_decay: 0.1 }, weight_decay: 0.1 } },
    'invalid_value',
    'lathe.weight_decay',
    /give one/,
  ],
  [
    { lathe: { warmup_steps: 3, warmup_ratio: 0.1 } },
    'invalid_value',
    'lathe.warmup_steps',
    /give one/,
  ],
  [
    { lathe: { minimum_rate: 0.1 } },
    'invalid_value',
    'lathe.minimum_rate',
    /cosine and wsd, not with linear/,
  ],
  [
    { lathe: { decay_ratio: 0.1, schedule: 'cosine' } },
    'invalid_value',
    'lathe.decay_ratio',
    /wsd, not with cosine/,
  ],
  [
    { lathe: { memory_limit: 2 ** 30, micro_batch_tokens: 64 } },
    'invalid_value',
    'lathe.micro_batch_tokens',
    /memory_limit/,
  ],
  [
    { lathe: { early_stopping: { patience: 0 } } },
    'invalid_value',
    'lathe.early_stopping.patience',
    />=1/,
  ],
  [{ model: 'ft:lathe-tiny:default::12345678' }, 'unsupported_model', 'model', /lathe-tiny/],
  [
    { lathe: { learning_rate: 1e-3 }, hyperparameters: { learning_rate_multiplier: 2 } },
    'invalid_value',
    'lathe.learning_rate',
    /both/,
  ],
  [
    {
      hyperparameters: { n_epochs: 1 },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    },
    'invalid_value',
    'hyperparameters.n_epochs',
    /differ/,
  ],
])('%j is refused by name', async (extra, code, param, message) => {
  const before = await queued();
  const response = await post({ ...body(), ...extra });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error).toMatchObject({ code, param, type: 'invalid_request_error' });
  expect(error.message).toMatch(message);
  expect(await queued()).toBe(before);
});

test('a file of another purpose cannot be trained on', async () => {
  const error = await create({ training_file: await upload('evals') }).catch((cause) => cause);
  expect(error).toMatchObject({ status: 400, param: 'training_file' });
  expect(error.message).toContain("'fine-tune'");
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
  for (const query of ['limit=0', 'limit=x', 'limit=1000', 'sort=up', 'metadata=x', 'after=nope'])
    expect((await gateway.fetch(`/v1/fine_tuning/jobs?${query}`)).status).toBe(400);
});

test('a create that is sent again as a retry finds the first job', async () => {
  const before = await queued();
  const request = { ...body(), seed: 1234 };
  const ids = new Set<string>();
  for (const retry of ['0', '1', '2']) {
    const response = await post(request, { 'x-stainless-retry-count': retry });
    ids.add(((await response.json()) as { id: string }).id);
  }
  expect(ids.size).toBe(1);
  expect(await queued()).toBe(before + 1);
  const again = await post(request, { 'x-stainless-retry-count': '0' });
  expect(ids).not.toContain(((await again.json()) as { id: string }).id);
  const other = await post({ ...request, seed: 1235 }, { 'x-stainless-retry-count': '1' });
  expect(ids).not.toContain(((await other.json()) as { id: string }).id);
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
  const before = await queued();
  await client.fineTuning.jobs.create({ ...body(), seed: 4321 });
  expect(tries).toBe(2);
  expect(await queued()).toBe(before + 1);
});

test('an idempotency key finds its job, also when sent at the same time, and refuses other content', async () => {
  const before = await queued();
  const headers = { 'idempotency-key': 'my key' };
  const responses = await Promise.all([1, 2, 3, 4].map(() => post(body(), headers)));
  const ids = await Promise.all(
    responses.map(async (response) => ((await response.json()) as { id: string }).id),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await queued()).toBe(before + 1);
  const conflict = await post({ ...body(), seed: 99 }, headers);
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
      () => gateway.client.get(`/lathe/jobs/${id}/dataset`),
    ])
      await expect(call()).rejects.toThrow(NotFoundError);
});
