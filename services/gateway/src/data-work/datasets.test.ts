import type { Lineage } from '@lathe/contracts/artifact/lineage';
import { sideFiles } from '@lathe/contracts/http/dataset';
import type { DatasetObject, ListedDataset } from '@lathe/contracts/http/dataset-object';
import type { Page } from '@lathe/contracts/http/list';
import { type DataWorkRecord, endDataWork } from '@lathe/contracts/record/data-work';
import { recordKey } from '@lathe/contracts/subject';
import { afterEach, expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway({ dataWorkOpen: 2 });
afterEach(async () => {
  for (const { key } of await gateway.dataWork.list('')) await gateway.dataWork.delete(key);
});

const path = '/v1/lathe/datasets';
const create = (body: object) =>
  gateway.fetch(path, { method: 'POST', body: JSON.stringify(body) });
const told = async <Answer = DatasetObject>(response: Promise<Response>) =>
  (await (await response).json()) as Answer;
const stored = async (id: string): Promise<DataWorkRecord> =>
  (await gateway.dataWork.get(recordKey(project, id)))?.value ?? expect.fail(`no ${id}`);

/** Ends the making of a dataset as an ingest would: the file that was uploaded counts as the one that was made. */
async function finish(id: string, file: string): Promise<Lineage> {
  const work = await stored(id);
  if (work.input.kind !== 'dataset') expect.fail('no dataset');
  const lineage: Lineage = {
    ...{ version: 1, dataset: id, converter: 1, request: work.input.request, sources: [], rows: 3 },
    ...{ unused: [], rows_by_source: {}, evidence_file: null, other_side: null, writer: null },
  };
  const key = recordKey(project, file);
  const record = await gateway.files.get(key);
  if (record === null) expect.fail('no file');
  await gateway.files.put(key, { ...record.value, lineage });
  const result = { objects: {}, files: [file, sideFiles(file).evidence] };
  await gateway.dataWork.put(
    recordKey(project, id),
    endDataWork(work, { state: 'succeeded', result }, 2000),
  );
  return lineage;
}

test('a dataset is asked for, listed, and has its file with its lineage in the end', async () => {
  const file = await gateway.upload();
  const begun = await told(create({ convert: { source: 'faq', files: [file] } }));
  expect(begun).toEqual({
    ...{ id: expect.stringMatching(/^dset_/), object: 'lathe.dataset', status: 'queued' },
    ...{ created_at: expect.any(Number), finished_at: null, progress: null, error: null },
    ...{ file: null, other_side: null, evidence_file: null, lineage: null },
    request: { convert: { source: 'faq', files: [file] } },
  });
  const lineage = await finish(begun.id, file);
  expect(await told(gateway.fetch(`${path}/${begun.id}`))).toMatchObject({
    ...{ status: 'succeeded', file, evidence_file: `${file}E`, other_side: null, lineage },
  });
  expect(await told(gateway.fetch(`/v1/lathe/files/${file}/lineage`))).toEqual(lineage);
  const { data } = await told<Page<ListedDataset>>(gateway.fetch(path));
  expect(data.map(({ id }) => id)).toEqual([begun.id]);
  expect(await told(gateway.fetch(`${path}/${begun.id}`, { method: 'DELETE' }))).toEqual({
    ...{ id: begun.id, object: 'lathe.dataset', deleted: true },
  });
  // The file stays, and knows what it was made of.
  expect(await told(gateway.fetch(`/v1/lathe/files/${file}/lineage`))).toEqual(lineage);
  const uploaded = await gateway.upload();
  expect((await gateway.fetch(`/v1/lathe/files/${uploaded}/lineage`)).status).toBe(404);
});

test('what is under way can be cancelled, and only so much of it may be', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 2; at++)
    ids.push((await told(create({ repair: { file: await gateway.upload() } }))).id);
  expect((await create({ repair: { file: await gateway.upload() } })).status).toBe(429);
  const cancelled = await told(gateway.fetch(`${path}/${ids[0]}/cancel`, { method: 'POST' }));
  expect(cancelled.status).toBe('cancelled');
  const again = await gateway.fetch(`${path}/${ids[0]}/cancel`, { method: 'POST' });
  expect(again.status).toBe(409);
  expect((await gateway.fetch(`/v1/lathe/inspections/${ids[1]}`)).status).toBe(404);
});

test.each([
  ['two at once', (file: string) => ({ repair: { file }, split: { file } }), 400, null],
  ['nothing', () => ({ filename: 'x' }), 400, null],
  ['an unknown setting', (file: string) => ({ split: { file, shares: 1 } }), 400, 'split.shares'],
  ['a file that is not there', () => ({ mix: { files: [{ file: 'file-1' }] } }), 400, 'mix.files'],
  [
    'a writer that is not there',
    (file: string) => ({ convert: { source: 'faq', files: [file], writer: { model: 'gpt-9' } } }),
    ...([404, 'model'] as const),
  ],
  [
    'a writer behind a server that the operator does not allow',
    (file: string) => {
      const writer = { model: 'gpt-9', url: 'http://169.254.169.254/v1' };
      return { convert: { source: 'faq', files: [file], writer } };
    },
    ...([403, 'convert.writer.url'] as const),
  ],
  [
    'a repair for a model that is not there',
    (file: string) => ({ repair: { file, model: 'gpt-9' } }),
    ...([404, 'model'] as const),
  ],
])('%s is refused', async (_, body, status, param) => {
  const response = await create(body(await gateway.upload()));
  const { error } = (await response.json()) as { error: { param: string | null } };
  expect([response.status, error.param]).toEqual([status, param]);
});
