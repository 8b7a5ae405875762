import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { dataWorkPrefix } from '@lathe/contracts/artifact/key';
import type { InspectionObject } from '@lathe/contracts/http/inspection';
import { type DataWorkRecord, endDataWork, filesOfWork } from '@lathe/contracts/record/data-work';
import { buckets, recordKey } from '@lathe/contracts/subject';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  baseModel,
  openGateway,
  project,
  startGateway,
  type TestGateway,
} from '../integration/gateway.fixture.ts';
import { eraseOldDataWork } from './retention.ts';

let gateway: TestGateway;
/** The same service, which waits long for a report. */
let patient: Awaited<ReturnType<typeof openGateway>>;
beforeAll(async () => {
  gateway = await startGateway({ inspectWaitMs: 50, cancelPollMs: 5, dataWorkOpen: 2 });
  await gateway.addModel(baseModel);
  const places = { natsUrl: gateway.server.url, folder: gateway.folder };
  patient = await openGateway(places, { inspectWaitMs: 60_000, cancelPollMs: 5 });
});
afterAll(async () => {
  await patient.stop();
  await gateway.stop();
});
afterEach(async () => {
  for (const { key } of await gateway.dataWork.list('')) await gateway.dataWork.delete(key);
});

const inspect = (file: string, body?: object, from: Pick<TestGateway, 'fetch'> = gateway) =>
  from.fetch(`/v1/lathe/files/${file}/inspect`, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body) }),
  });
const stored = async (id: string): Promise<DataWorkRecord> =>
  (await gateway.dataWork.get(recordKey(project, id)))?.value ?? expect.fail(`no ${id}`);
const object = async (response: Promise<Response>) =>
  (await (await response).json()) as InspectionObject;

const report: InspectionReport = {
  ...{ version: 1, refusal: null, model: 'lathe-tiny', task: { type: 'generation' } },
  dataset: null,
};

/** Resolves when somebody reads the record of an inspection, as a request does that waits for it. */
async function nextLook(id: string): Promise<void> {
  const { connection } = gateway.nats;
  const reads = connection.subscribe(`$JS.API.STREAM.MSG.GET.KV_${buckets.dataWork}`);
  await connection.flush();
  for await (const read of reads) if (read.string().includes(id)) break;
}

/** Ends an inspection as an ingest would. */
async function finish(id: string): Promise<string> {
  const key = `${dataWorkPrefix(project, id)}/at_1/report.json`;
  const put = await gateway.artifacts.put(key, Buffer.from(JSON.stringify(report)));
  const result = { objects: { [inspectionObjects.report]: { key, ...put } }, files: [] };
  const ended = endDataWork(await stored(id), { state: 'succeeded', result }, 2000);
  await gateway.dataWork.put(recordKey(project, id), ended);
  return key;
}

test('a file is inspected as a job would read it; 202 until the report is there, then 200', async () => {
  const file = await gateway.upload();
  const body = { model: 'lathe-tiny', lathe: { max_tokens: 64 }, seed: 7, suffix: 'x' };
  const begun = await inspect(file, body);
  expect(begun.status).toBe(202);
  const { id, ...told } = (await begun.json()) as InspectionObject;
  expect(told).toEqual({
    ...{ object: 'lathe.inspection', status: 'queued', file, validation_file: null },
    ...{
      model: 'lathe-tiny',
      seed: 7,
      progress: null,
      error: null,
      report: null,
      finished_at: null,
    },
    created_at: expect.any(Number),
  });
  const { input } = await stored(id);
  expect(input).toMatchObject({
    ...{ trainingFile: file, model: 'lathe-tiny' },
    job: { seed: 7, options: { max_tokens: 64 } },
  });
  // Which method it would be, the rows say.
  expect(input).not.toHaveProperty('job.method');
  // Sent again it is the same one, which is looked at until it ends.
  const looked = nextLook(id);
  const again = inspect(file, body, patient);
  await looked;
  await finish(id);
  const answer = await again;
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ id, status: 'succeeded', report });
  expect(await object(gateway.fetch(`/v1/lathe/inspections/${id}`))).toMatchObject({ report });
  const list = (await (await gateway.fetch(`/v1/lathe/inspections?file=${file}`)).json()) as {
    data: object[];
  };
  expect(list).toMatchObject({ has_more: false, first_id: id });
  expect(list.data).toEqual([expect.not.objectContaining({ report: expect.anything() })]);
  const others = await gateway.fetch('/v1/lathe/inspections?file=file-other');
  expect(await others.json()).toMatchObject({ data: [] });
});

test.each([
  ['another model', { model: 'nobody' }, 400, 'model'],
  ['an unknown option', { lathe: { speed: 1 } }, 400, 'lathe.speed'],
  [
    'options that contradict',
    { method: { type: 'supervised' }, lathe: { preference: {} } },
    400,
    'lathe.preference',
  ],
  ['a file that is not there', { validation_file: 'file-none' }, 400, 'validation_file'],
])('%s is refused as the job would be', async (_, body, status, param) => {
  const response = await inspect(await gateway.upload(), body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { param } });
  expect(await gateway.dataWork.list(project)).toEqual([]);
});

test('a project has so many under way, and is told to wait', async () => {
  const ids: string[] = [];
  for (const seed of [1, 2]) ids.push((await object(inspect(await gateway.upload(), { seed }))).id);
  const refused = await inspect(await gateway.upload());
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('5');
  const cancel = (id: string) =>
    gateway.fetch(`/v1/lathe/inspections/${id}/cancel`, { method: 'POST' });
  expect(await object(cancel(ids[0] as string))).toMatchObject({ status: 'cancelled' });
  const twice = await cancel(ids[0] as string);
  expect(twice.status).toBe(409);
  expect(twice.headers.get('x-should-retry')).toBe('false');
  expect((await inspect(await gateway.upload())).status).toBe(202);
});

test('it goes with its file, by itself, and when it is old', async () => {
  const file = await gateway.upload();
  const make = async (of: string, seed: number) => {
    const { id } = await object(inspect(of, { seed }));
    return { id, key: await finish(id) };
  };
  const first = await make(file, 1);
  await gateway.client.files.delete(file);
  const second = await make(await gateway.upload(), 2);
  const path = `/v1/lathe/inspections/${second.id}`;
  expect(await (await gateway.fetch(path, { method: 'DELETE' })).json()).toEqual({
    ...{ id: second.id, object: 'lathe.inspection', deleted: true },
  });
  for (const { id, key } of [first, second]) {
    expect((await gateway.fetch(`/v1/lathe/inspections/${id}`)).status).toBe(404);
    expect(await gateway.artifacts.stat(key)).toBeNull();
  }
  const old = await make(await gateway.upload(), 3);
  const fresh = await make(await gateway.upload(), 4);
  const record = await stored(fresh.id);
  await gateway.dataWork.put(recordKey(project, fresh.id), { ...record, finishedAt: 9000 });
  const lost = await make(await gateway.upload(), 5);
  const [lostFile = ''] = filesOfWork(await stored(lost.id));
  await gateway.files.delete(recordKey(project, lostFile));
  const ports = { ...gateway, now: () => 10_000_000 };
  const places = { put: async () => 1 } as never;
  expect(await eraseOldDataWork({ ...ports, places }, { dataWorkKeepMs: 5_000_000 })).toBe(2);
  expect((await gateway.dataWork.list('')).map(({ value }) => value.id)).toEqual([fresh.id]);
  expect(await gateway.artifacts.stat(old.key)).toBeNull();
});
