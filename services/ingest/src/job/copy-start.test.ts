import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import { startPrefix } from '@lathe/contracts/artifact/key';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import { getBytes } from '@lathe/platform/artifacts/folder';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const parent = 'default/jobs/ftjob-parent/checkpoints/a-000000005';

/** Stores an adapter and says how a job goes on from it. */
async function storeParent(): Promise<Pick<JobRecord, 'model' | 'start'>> {
  const put = async (key: string, text: string) => ({
    key,
    ...(await service.artifacts.put(key, Buffer.from(text))),
  });
  const manifest = {
    ...{ version: 1, jobId: 'ftjob-parent', epoch: 0, step: 5, baseModel: modelName },
    ...{ kind: 'adapter', metrics: { step: 5 } },
    model: { 'adapter_model.safetensors': await put(`${parent}/model/adapter`, 'weights') },
    state: { 'state.json': await put(`${parent}/state/state.json`, '{}') },
  };
  await put(`${parent}/manifest.json`, JSON.stringify(manifest));
  const start: JobStart = {
    ...{ base: modelName, kind: 'adapter', manifestKey: `${parent}/manifest.json` },
    adaptation: { type: 'lora', rank: 3, alpha: 5, targets: ['q_proj'], rate_ratio_b: 2 },
  };
  return { model: `ft:${modelName}:default::parent`, start };
}

async function copied(id: string): Promise<string[]> {
  const entries = await Array.fromAsync(service.artifacts.list(startPrefix('default', id)));
  return entries.map(({ key }) => key).toSorted();
}

it('a job that goes on from an adapter gets its traits, and a copy that outlives the model', async () => {
  const change = await storeParent();
  const job = await service.run(chatLines(40), {
    ...change,
    options: { adaptation: { type: 'lora', dropout: 0.2 } },
  });
  expect(job.error).toBeNull();
  expect(job.settings?.adaptation).toEqual({ ...change.start?.adaptation, dropout: 0.2 });
  const { manifest } = await service.dataset(job);
  expect(manifest.baseModel).toBe(modelName);
  await service.artifacts.deletePrefix(parent);
  const key = job.start?.manifestKey ?? '';
  expect(key).toBe(`${startPrefix('default', job.id)}/manifest.json`);
  const copy = await readJson(service.artifacts, key, checkpointManifestSchema);
  expect(copy).toMatchObject({ kind: 'adapter', baseModel: modelName, state: {} });
  const file = copy.model['adapter_model.safetensors'] ?? expect.fail('no file');
  expect(Buffer.from(await getBytes(service.artifacts, file)).toString()).toBe('weights');
  expect(await copied(job.id)).toEqual([key, file.key].toSorted());
});

it('where the job says nothing, dropout follows from its own rows', async () => {
  const job = await service.run(chatLines(40), await storeParent());
  expect(job.settings?.adaptation).toMatchObject({ rank: 3, rate_ratio_b: 2, dropout: 0 });
});

it('a model that was deleted before the job read it fails the job by its name', async () => {
  const change = await storeParent();
  await service.artifacts.deletePrefix(parent);
  const job = await service.run(chatLines(40), change);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'model_not_found' } });
  expect(job.error?.message).toContain(change.model);
});

it('rows that are wrong leave no copy', async () => {
  const job = await service.run('{"messages": []}\n', await storeParent());
  expect(job.state).toBe('failed');
  expect(await copied(job.id)).toEqual([]);
});
