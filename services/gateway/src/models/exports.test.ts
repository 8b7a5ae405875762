import type { ExportObject } from '@lathe/contracts/http/export';
import { modelKey, recordKey } from '@lathe/contracts/subject';
import { expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { eraseStrayExports } from './exports.ts';

const gateway = oneGateway({ exportsKept: 3 });

/** Stores a tuned model. Returns its name. */
async function addTuned(suffix: string, kind: 'adapter' | 'merged' = 'adapter'): Promise<string> {
  const name = `ft:lathe-tiny:${project}:${suffix}:12345678`;
  const files = `default/jobs/${suffix}`;
  const put = async (key: string, text: string) => ({
    key,
    ...(await gateway.artifacts.put(key, Buffer.from(text))),
  });
  const head = { version: 1, jobId: 'ftjob-12345678', step: 5 } as const;
  const manifest = {
    ...{ ...head, epoch: 0, baseModel: 'lathe-tiny', kind, state: {}, metrics: { step: 5 } },
    model: { 'model.safetensors': await put(`${files}/model.safetensors`, 'weights') },
  };
  const manifestKey = `${files}/manifest.json`;
  await put(manifestKey, JSON.stringify(manifest));
  await gateway.addModel({
    ...head,
    kind,
    name,
    project,
    createdAt: 1,
    base: 'lathe-tiny',
    manifestKey,
  });
  return name;
}

const create = async (model: string, body: object) => {
  const response = await gateway.fetch(`/v1/lathe/models/${model}/exports`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as ExportObject };
};
const get = (path: string) => gateway.fetch(`/v1/lathe/exports${path}`);

test('what a model is already is there at once, file by file and as an archive', async () => {
  const model = await addTuned('own');
  const { answer } = await create(model, { format: 'adapter' });
  expect(answer).toMatchObject({
    ...{ object: 'lathe.export', model, format: 'adapter', status: 'succeeded', bytes: 7 },
    files: [{ name: 'model.safetensors', bytes: 7 }],
  });
  const file = await get(`/${answer.id}/files/model.safetensors`);
  expect(await file.text()).toBe('weights');
  expect((await get(`/${answer.id}/files/..%2Fmanifest.json`)).status).toBe(404);
  const archive = await get(`/${answer.id}/content`);
  expect(archive.headers.get('content-type')).toBe('application/x-tar');
  const bytes = await archive.arrayBuffer();
  expect(bytes.byteLength).toBe(Number(archive.headers.get('content-length')));
});

test('another format is queued once, whoever asks again', async () => {
  const model = await addTuned('queued');
  const before = await gateway.queued();
  const [one, two] = [
    await create(model, { format: 'gguf' }),
    await create(model, { format: 'gguf' }),
  ];
  expect(one.answer).toMatchObject({ status: 'queued', files: [], bytes: null });
  expect(two.answer.id).toBe(one.answer.id);
  expect(await gateway.queued()).toBe(before + 1);
  expect((await get(`/${one.answer.id}/content`)).status).toBe(404);
  // One that failed is tried again.
  const key = recordKey(project, one.answer.id);
  const record = (await gateway.exports.get(key))?.value ?? expect.fail('no record');
  const error = { code: 'unsupported_model', message: 'No.', param: null } as const;
  await gateway.exports.put(key, { ...record, state: 'failed', error, finishedAt: 2 });
  expect((await create(model, { format: 'gguf' })).answer).toMatchObject({ status: 'queued' });
  expect(await gateway.queued()).toBe(before + 2);
  const page = (await (await get(`?model=${model}`)).json()) as { data: ExportObject[] };
  expect(page.data.map(({ id }) => id)).toEqual([one.answer.id]);
  const gone = await gateway.fetch(`/v1/lathe/exports/${one.answer.id}`, { method: 'DELETE' });
  expect(await gone.json()).toMatchObject({ deleted: true });
  expect((await get(`/${one.answer.id}`)).status).toBe(404);
});

test('what cannot be is refused by its field', async () => {
  const whole = await addTuned('whole', 'merged');
  for (const [model, body, param] of [
    ['lathe-tiny', { format: 'gguf' }, 'model'],
    [whole, { format: 'adapter' }, 'format'],
    [whole, { format: 'zip' }, 'format'],
    [whole, { format: 'gguf', dtype: 'q8' }, 'dtype'],
    [whole, { format: 'gguf', level: 9 }, 'level'],
  ] as const) {
    const { status, answer } = await create(model, body);
    expect([status, answer]).toEqual([400, { error: expect.objectContaining({ param }) }]);
  }
});

test('exports go with their model, the oldest of too many, and those whose model is gone', async () => {
  const names = await Promise.all(['a', 'b', 'c', 'd'].map((suffix) => addTuned(suffix)));
  const ids: string[] = [];
  for (const name of names) ids.push((await create(name, { format: 'adapter' })).answer.id);
  expect((await get(`/${ids[0]}`)).status).toBe(404);
  expect((await get(`/${ids[1]}`)).status).toBe(200);
  await gateway.client.models.delete(names[1] ?? '');
  expect((await get(`/${ids[1]}`)).status).toBe(404);
  // Its record went without what belongs to it.
  await gateway.models.delete(modelKey(project, names[2] ?? ''));
  expect(await eraseStrayExports({ ...gateway, places: { put: async () => 0 } as never })).toBe(1);
  expect((await get(`/${ids[2]}`)).status).toBe(404);
  expect((await get(`/${ids[3]}`)).status).toBe(200);
});
