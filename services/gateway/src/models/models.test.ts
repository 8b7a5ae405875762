import type { ModelObject } from '@lathe/contracts/http/model';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { baseModelsProject, modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { NotFoundError, PermissionDeniedError } from 'openai';
import { expect, test } from 'vitest';
import { baseModel, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { firstRecord } from '../jobs/job-request.ts';

const gateway = oneGateway();

/** Stores a tuned model whose files lie under `files`. */
async function addTuned(name: string, files: string, owner = project): Promise<ModelRecord> {
  const put = async (key: string, text: string) => {
    const stored = await gateway.artifacts.put(key, new TextEncoder().encode(text));
    return { key, ...stored };
  };
  const weights = await put(`${files}/adapter.safetensors`, 'weights');
  const state = await put(`${files}/state.json`, '{}');
  const manifest = {
    version: 1,
    jobId: 'ftjob-12345678',
    epoch: 0,
    step: 5,
    baseModel: 'lathe-tiny',
    kind: 'adapter',
    model: { 'adapter_model.safetensors': weights },
    state: { 'state.json': state },
    metrics: { step: 5 },
  };
  await put(`${files}/manifest.json`, JSON.stringify(manifest));
  const model: ModelRecord = {
    version: 1,
    kind: 'adapter',
    name,
    project: owner,
    createdAt: 1_800_000_000,
    base: 'lathe-tiny',
    jobId: 'ftjob-12345678',
    step: 5,
    manifestKey: `${files}/manifest.json`,
  };
  await gateway.addModel(model);
  return model;
}
async function objects(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of gateway.artifacts.list(prefix)) keys.push(key);
  return keys.toSorted();
}

test('base and tuned models are listed and retrieved', async () => {
  const name = `ft:lathe-tiny:${project}:mine:12345678`;
  await addTuned(name, 'default/jobs/a');
  const ids: string[] = [];
  for await (const model of gateway.client.models.list()) ids.push(model.id);
  expect(ids).toEqual(['lathe-tiny', name]);
  expect(await gateway.client.models.retrieve('lathe-tiny')).toEqual({
    id: 'lathe-tiny',
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'lathe',
    lathe: { task: { type: 'generation' }, base: null, licence: null, family: null, parity: null },
  });
  expect(await gateway.client.models.retrieve(name)).toMatchObject({
    ...{ id: name, owned_by: project },
    lathe: { task: { type: 'generation' }, base: 'lathe-tiny' },
  });
});

test('a model says what it was taught', async () => {
  const encoder = {
    ...baseModel,
    name: 'encoder',
    architecture: 'encoder',
    licence: 'MIT',
    family: 'bert',
  } as const;
  const task = { type: 'classification', problem: 'multi-label', labels: ['a', 'b'] } as const;
  for (const [record, told] of [
    [encoder, null],
    [{ ...encoder, task }, task],
  ] as const) {
    await gateway.addModel(record as ModelRecord);
    const { lathe } = (await gateway.client.models.retrieve('encoder')) as unknown as ModelObject;
    const about = { licence: 'MIT', family: 'bert', parity: { merged: expect.any(Number) } };
    expect(lathe).toMatchObject({ task: told, base: null, ...about });
  }
  await gateway.models.delete(modelKey(baseModelsProject, 'encoder'));
});

test('names with slashes, raw or encoded, and other letters are found', async () => {
  for (const name of ['org/model', 'ft:org/model:default::x', 'modèle']) {
    await gateway.addModel({ ...baseModel, name } as ModelRecord);
    expect((await gateway.client.models.retrieve(name)).id).toBe(name);
    const raw = await gateway.fetch(`/v1/models/${name}`);
    expect(await raw.json()).toMatchObject({ id: name });
    await gateway.models.delete(modelKey(baseModelsProject, name));
  }
});

test('deleting a tuned model removes record and files and tells the evaluators', async () => {
  const name = `ft:lathe-tiny:${project}:gone:12345678`;
  await addTuned(name, 'default/jobs/gone');
  const told = gateway.nats.connection.subscribe(modelDeletedSubject, { max: 1 });
  await gateway.nats.connection.flush();
  expect(await gateway.client.models.delete(name)).toEqual({
    id: name,
    object: 'model',
    deleted: true,
  });
  for await (const message of told)
    expect(message.json()).toEqual({
      manifestKey: 'default/jobs/gone/manifest.json',
      project,
      name,
    });
  expect(await objects('default/jobs/gone')).toEqual([]);
  await expect(gateway.client.models.retrieve(name)).rejects.toThrow(NotFoundError);
  await expect(gateway.client.models.delete(name)).rejects.toThrow(NotFoundError);
});

test('files that another model stands on stay', async () => {
  const name = `ft:lathe-tiny:${project}:shared:12345678`;
  await addTuned(name, 'default/jobs/shared');
  await addTuned(`${name}:ckpt-step-5`, 'default/jobs/shared');
  await gateway.client.models.delete(name);
  expect(await objects('default/jobs/shared')).toHaveLength(3);
  await gateway.client.models.delete(`${name}:ckpt-step-5`);
  expect(await objects('default/jobs/shared')).toEqual([]);
});

test('a checkpoint of a job that is not over cannot be deleted', async () => {
  const name = `ft:lathe-tiny:${project}::12345678:ckpt-step-5`;
  await addTuned(name, 'default/jobs/live');
  const job = { id: 'ftjob-12345678', project, requestId: 'req_x', nowMs: 1000, seed: 1 };
  const record = firstRecord({ model: 'lathe-tiny', training_file: 'file-x' }, job);
  const key = `${project}.${job.id}`;
  await gateway.jobs.put(key, { ...record, state: 'running', stage: 'train' });
  await expect(gateway.client.models.delete(name)).rejects.toMatchObject({
    status: 409,
    code: 'invalid_state',
  });
  expect(await objects('default/jobs/live')).toHaveLength(3);
  await gateway.jobs.put(key, { ...record, state: 'cancelled', stage: 'done' });
  await gateway.client.models.delete(name);
  expect(await objects('default/jobs/live')).toEqual([]);
});

test('a base model cannot be deleted', async () => {
  const error = await gateway.client.models.delete('lathe-tiny').catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(PermissionDeniedError);
  expect((await gateway.client.models.retrieve('lathe-tiny')).id).toBe('lathe-tiny');
});

test('another project\u2019s models and unknown ones are 404', async () => {
  await addTuned('ft:lathe-tiny:other::1', 'other/jobs/a', 'other');
  for (const name of ['ft:lathe-tiny:other::1', 'nothing', 'a'.repeat(2000)]) {
    const error = await gateway.client.models.retrieve(name).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
    await expect(gateway.client.models.delete(name)).rejects.toThrow(NotFoundError);
  }
});
