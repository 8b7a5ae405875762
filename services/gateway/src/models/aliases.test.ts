import type { AliasObject } from '@lathe/contracts/http/alias';
import type { Page } from '@lathe/contracts/http/list';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { checkpointKey, recordKey } from '@lathe/contracts/subject';
import { expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { firstRecord } from '../jobs/job-request.ts';

const gateway = oneGateway({ aliasesKept: 6 });

const set = (body: object) =>
  gateway.client.post<AliasObject>('/lathe/aliases', { body: body as Record<string, unknown> });
const remove = (alias: string) => gateway.client.delete(`/lathe/aliases/${alias}`);
const modelNames = async () => (await gateway.client.models.list()).data.map(({ id }) => id);
const tuned = (name: string): ModelRecord => ({
  ...{ version: 1, kind: 'adapter', name, project, createdAt: 1 },
  ...{ base: 'lathe-tiny', jobId: 'ftjob-12345678', step: 5, manifestKey: 'nowhere' },
});

test('an alias is listed as a model, moved and taken away', async () => {
  const alias = 'ft:gpt-4o-mini:acme::abc';
  const made = await set({ alias, model: 'lathe-tiny' });
  expect(made).toMatchObject({ id: alias, object: 'lathe.alias', model: 'lathe-tiny', job: null });
  expect(await gateway.client.models.retrieve(alias)).toMatchObject({
    id: alias,
    lathe: { task: { type: 'generation' }, base: null, alias_of: 'lathe-tiny' },
  });
  expect(await modelNames()).toEqual(['lathe-tiny', alias]);
  await gateway.addModel(tuned('ft:mine'));
  expect(await set({ alias, model: 'ft:mine' })).toMatchObject({
    ...{ created_at: made.created_at, model: 'ft:mine' },
  });
  expect(await gateway.client.models.retrieve(alias)).toMatchObject({
    lathe: { base: 'lathe-tiny', alias_of: 'ft:mine' },
  });
  await expect(gateway.client.models.delete(alias)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("an alias of 'ft:mine'"),
  });
  expect(await remove(alias)).toEqual({ id: alias, object: 'lathe.alias', deleted: true });
  await expect(remove(alias)).rejects.toMatchObject({ status: 404, code: 'not_found' });
  await expect(gateway.client.models.retrieve(alias)).rejects.toMatchObject({ status: 404 });
});

test('an alias hides no model, has no alias behind it, and says what it stands for', async () => {
  await set({ alias: 'one', model: 'lathe-tiny' });
  for (const [body, refusal] of [
    [
      { alias: 'lathe-tiny', model: 'ft:mine' },
      { code: 'invalid_value', param: 'alias' },
    ],
    [
      { alias: 'two', model: 'one' },
      { code: 'invalid_value', param: 'model' },
    ],
    [
      { alias: 'two', model: 'none' },
      { code: 'model_not_found', param: 'model' },
    ],
    [
      { alias: 'two', job: 'ftjob-12345678' },
      { code: 'not_found', param: 'job' },
    ],
    [{ alias: 'two' }, { code: 'missing_parameter', param: 'model' }],
    [
      { alias: 'two', model: 'a', job: 'b' },
      { code: 'invalid_value', param: 'model' },
    ],
    [
      { alias: ' two', model: 'lathe-tiny' },
      { code: 'invalid_value', param: 'alias' },
    ],
    [
      { alias: 'two', model: 'lathe-tiny', to: 1 },
      { code: 'unsupported_parameter', param: 'to' },
    ],
  ] as const)
    await expect(set(body), JSON.stringify(body)).rejects.toMatchObject({
      status: 400,
      ...refusal,
    });
  // A model that comes by that name is what is asked from then on.
  await gateway.addModel(tuned('one'));
  expect(await gateway.client.models.retrieve('one')).toMatchObject({ owned_by: project });
  expect((await modelNames()).filter((id) => id === 'one')).toHaveLength(1);
});

test('an alias whose model is gone says so, and no alias is looked for behind it', async () => {
  await gateway.addModel(tuned('ft:short'));
  await set({ alias: 'left', model: 'ft:short' });
  await gateway.client.models.delete('ft:short').catch(() => undefined);
  await set({ alias: 'ft:short', model: 'lathe-tiny' });
  expect(await modelNames()).not.toContain('left');
  const body = { model: 'left', messages: [{ role: 'user' as const, content: 'Hi' }] };
  await expect(gateway.client.chat.completions.create(body)).rejects.toMatchObject({
    ...{ status: 404, code: 'model_not_found' },
    message: expect.stringContaining("stands for the model 'ft:short', which does not exist"),
  });
});

test('an alias of a job follows its newest checkpoint, and then its model', async () => {
  const id = 'ftjob-4fKq8ZrWm2TbYc6HnJx3Pd7V';
  const about = { id, project, requestId: 'req_x', nowMs: 1000, seed: 1 };
  const job = firstRecord({ model: 'lathe-tiny', training_file: 'file-x' }, about);
  await gateway.jobs.put(recordKey(project, id), { ...job, state: 'running', stage: 'train' });
  expect(await set({ alias: 'newest', job: id })).toMatchObject({ model: null, job: id });
  await expect(gateway.client.models.retrieve('newest')).rejects.toMatchObject({
    message: expect.stringContaining('has no model and no checkpoint'),
  });
  expect(await modelNames()).not.toContain('newest');
  const behind = async () =>
    (await gateway.client.get<Page<AliasObject>>('/lathe/aliases?after=m&limit=1')).data[0]?.model;
  for (const step of [5, 10]) {
    const model = `ft:followed:ckpt-step-${step}`;
    await gateway.addModel(tuned(model));
    await gateway.checkpoints.put(checkpointKey(project, id, step), {
      ...{ version: 1, id: `ftckpt_${step}`, project, jobId: id, createdAt: 1 },
      ...{ step, model, manifestKey: 'nowhere', metrics: { step } },
    });
    expect(await behind()).toBe(model);
  }
  await gateway.addModel(tuned('ft:followed'));
  await gateway.patchJob(id, { state: 'succeeded', fineTunedModel: 'ft:followed' });
  expect(await behind()).toBe('ft:followed');
});

test('aliases are paged by name, and a project has only so many', async () => {
  for (const { id } of (await gateway.client.get<Page<AliasObject>>('/lathe/aliases')).data)
    await remove(id);
  const names = ['a/b', 'c', 'd', 'e', 'f', 'g'];
  for (const alias of names.toReversed()) await set({ alias, model: 'lathe-tiny' });
  await expect(set({ alias: 'h', model: 'lathe-tiny' })).rejects.toMatchObject({ status: 429 });
  expect(await set({ alias: 'g', model: 'lathe-tiny' })).toMatchObject({ id: 'g' });
  const page = (query: string) =>
    gateway.client.get<Page<AliasObject>>(`/lathe/aliases?limit=4&${query}`);
  expect(await page('')).toMatchObject({ first_id: 'a/b', last_id: 'e', has_more: true });
  await remove('e');
  expect((await page('after=e')).data.map(({ id }) => id)).toEqual(['f', 'g']);
  await remove('a/b');
});

test('a job and an inspection are of the model itself', async () => {
  await set({ alias: 'gpt-4o-mini', model: 'lathe-tiny' });
  const training_file = await gateway.upload();
  const body = { model: 'gpt-4o-mini', training_file };
  expect(await gateway.client.fineTuning.jobs.create(body)).toMatchObject({ model: 'lathe-tiny' });
  const repair = { repair: { file: training_file, model: 'gpt-4o-mini' } };
  expect(await gateway.client.post('/lathe/datasets', { body: repair })).toMatchObject({
    request: { repair: { model: 'lathe-tiny' } },
  });
});
