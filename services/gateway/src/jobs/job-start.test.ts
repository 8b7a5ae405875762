import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import { NotFoundError } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { otherProject, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { firstRecord } from './job-request.ts';

const gateway = oneGateway();
let trainingFile: string;

beforeAll(async () => {
  trainingFile = await gateway.upload();
});

let made = 0;

/** Stores a model that a job of such an adaptation made, and returns its name. */
async function addTuned(
  adaptation: Adaptation,
  { kind = 'adapter' as 'adapter' | 'merged', owner = project } = {},
): Promise<string> {
  const id = `ftjob-${String(++made).padStart(8, '0')}`;
  const job = { id, project: owner, requestId: 'req_x', nowMs: 1000, seed: 1 };
  const record = firstRecord({ model: 'lathe-tiny', training_file: 'file-x' }, job);
  const settings = {
    ...{ epochs: 1, batchSize: 4, learningRateMultiplier: 1, learningRate: 1e-3 },
    adaptation,
  };
  const over = { state: 'succeeded', stage: 'done', settings } as const;
  await gateway.jobs.put(recordKey(owner, id), { ...record, ...over });
  const name = `ft:lathe-tiny:${owner}::${id.slice(6)}`;
  await gateway.addModel({
    ...{ version: 1, kind, name, project: owner, createdAt: 1, base: 'lathe-tiny', jobId: id },
    ...{ step: 5, manifestKey: `${owner}/jobs/${id}/checkpoints/5/manifest.json` },
  });
  return name;
}

const lora = {
  ...{ type: 'lora', rank: 16, alpha: 32, dropout: 0.5, targets: 'all-linear' },
} as const satisfies Adaptation;

async function startOf(id: string): Promise<JobStart | undefined> {
  return (await gateway.jobs.get(recordKey(project, id)))?.value.start;
}

async function create(model: string, adaptation?: Adaptation) {
  const lathe = adaptation && { adaptation };
  const body = { model, training_file: trainingFile, ...(lathe && { lathe }) };
  return gateway.client.fineTuning.jobs.create(body);
}

test('a job goes on from an adapter with its rank, alpha and targets', async () => {
  const model = await addTuned(lora);
  const job = await create(model);
  expect(job).toMatchObject({ model, status: 'validating_files' });
  const { dropout: _, ...traits } = lora;
  expect(await startOf(job.id)).toEqual({
    base: 'lathe-tiny',
    kind: 'adapter',
    manifestKey: expect.stringContaining('/manifest.json'),
    adaptation: traits,
  });
  const same = { ...lora, dropout: 0, rank_stabilized: false, rate_ratio_b: 4 };
  await expect(create(model, same)).resolves.toMatchObject({ model });
});

test("PiSSA's adapter goes on as the plain one of twice the rank that is stored", async () => {
  const adaptation: Adaptation = { ...lora, rank: 4, alpha: 8, initial: 'pissa' };
  const job = await create(await addTuned(adaptation), { type: 'lora', rank: 8, alpha: 16 });
  expect((await startOf(job.id))?.adaptation).toMatchObject({ rank: 8, alpha: 16 });
  expect((await startOf(job.id))?.adaptation).not.toHaveProperty('initial');
});

test('a job may adapt weights of their own in any way', async () => {
  const model = await addTuned({ type: 'full', initial: 'random' }, { kind: 'merged' });
  const job = await create(model);
  expect(await startOf(job.id)).toMatchObject({ kind: 'merged', adaptation: { type: 'full' } });
  await expect(create(model, { type: 'lora', rank: 3 })).resolves.toMatchObject({ model });
  await expect(create(model, { type: 'full', initial: 'random' })).rejects.toMatchObject({
    status: 400,
    param: 'lathe.adaptation.initial',
  });
});

test.each<[Adaptation, string, RegExp]>([
  [{ type: 'full' }, 'type', /is a LoRA adapter of rank 16 and the job asks for full; leave/],
  [{ type: 'lora', rank: 8 }, 'rank', /has rank 16 and the job asks for 8; leave/],
  [{ type: 'lora', alpha: 8 }, 'alpha', /has alpha 32 and the job asks for 8;/],
  [{ type: 'lora', targets: ['q_proj'] }, 'targets', /has targets all-linear .* q_proj;/],
  [{ type: 'lora', dora: true }, 'dora', /has dora false and the job asks for true/],
  [{ type: 'lora', rank_stabilized: true }, 'rank_stabilized', /has rank_stabilized false/],
  [{ type: 'lora', initial: 'gaussian' }, 'initial', /cannot start as gaussian/],
])('an adapter that is asked to go on as %j is refused', async (adaptation, field, message) => {
  const model = await addTuned(lora);
  await expect(create(model, adaptation)).rejects.toMatchObject({
    ...{ status: 400, code: 'invalid_value', param: `lathe.adaptation.${field}` },
    message: expect.stringMatching(message),
  });
  await expect(create(model, adaptation)).rejects.toThrow(model);
});

test('a job goes on from virtual tokens with their number, and not from others', async () => {
  const model = await addTuned({ type: 'prompt-tuning', tokens: 8, initial: 'random' });
  const job = await create(model);
  expect((await startOf(job.id))?.adaptation).toEqual({ type: 'prompt-tuning', tokens: 8 });
  const refused = (adaptation: Adaptation, message: RegExp) =>
    expect(create(model, adaptation)).rejects.toThrow(message);
  await refused({ type: 'prompt-tuning', tokens: 9 }, /has tokens 8 and the job asks for 9/);
  await refused({ type: 'prompt-tuning', text: 'Hello' }, /cannot start as Hello/);
  await refused({ type: 'prefix-tuning' }, /a prompt-tuning adapter of 8 virtual tokens/);
  const pairs = { method: { type: 'dpo' as const }, training_file: trainingFile };
  await expect(gateway.client.fineTuning.jobs.create({ model, ...pairs })).rejects.toThrow(
    /sigmoid compares with the base model/,
  );
  const merged = await addTuned({ type: 'full' }, { kind: 'merged' });
  await expect(create(merged, { type: 'prefix-tuning' })).rejects.toThrow(
    /has weights of its own, and prefix-tuning goes with a base model's only/,
  );
});

test("another project's model is as unknown as any other", async () => {
  const foreign = await addTuned(lora, { owner: otherProject });
  const errors = await Promise.all(
    [foreign, foreign.replace(/.$/, 'x')].map((model) =>
      create(model).catch((error: unknown) => error),
    ),
  );
  for (const error of errors)
    expect(error).toMatchObject({ status: 400, code: 'model_not_found', param: 'model' });
  const body = { model: foreign, training_file: trainingFile };
  await expect(gateway.otherClient.fineTuning.jobs.create(body)).rejects.toMatchObject({
    param: 'training_file',
  });
});

test('the model stays until the job has read it, and a retry finds the job after that', async () => {
  const model = await addTuned(lora);
  const body = { model, training_file: trainingFile };
  const headers = { 'idempotency-key': 'start-once' };
  const first = (await (await gateway.postJob(body, headers)).json()) as { id: string };
  await expect(gateway.client.models.delete(model)).rejects.toMatchObject({
    ...{ status: 409, code: 'invalid_state' },
    message: expect.stringContaining(first.id),
  });
  const start = (await startOf(first.id)) as JobStart;
  const copied: Partial<JobRecord> = {
    state: 'queued',
    start: { ...start, manifestKey: `${project}/jobs/${first.id}/start/manifest.json` },
  };
  await gateway.patchJob(first.id, copied);
  await expect(gateway.client.models.delete(model)).resolves.toMatchObject({ deleted: true });
  await expect(gateway.client.models.retrieve(model)).rejects.toThrow(NotFoundError);
  const again = (await (await gateway.postJob(body, headers)).json()) as { id: string };
  expect(again.id).toBe(first.id);
});
