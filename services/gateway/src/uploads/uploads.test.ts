import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { uploadPartKey, uploadPrefix } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import type { UploadRecord } from '@lathe/contracts/record/upload';
import { recordKey } from '@lathe/contracts/subject';
import type OpenAI from 'openai';
import { type APIError, toFile } from 'openai';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { project, startGateway, type TestGateway } from '../integration/gateway.fixture.ts';
import { eraseOldUploads } from './uploads.ts';

let gateway: TestGateway;
const limits = { maxFileBytes: 10_000, uploadPartBytes: 5000, uploadIdleMs: 2000 };

beforeAll(async () => {
  gateway = await startGateway(limits);
});
afterAll(() => gateway.stop());
afterEach(async () => {
  for (const { key, value } of await gateway.uploads.list('')) {
    await gateway.artifacts.deletePrefix(uploadPrefix(value.project, value.id));
    await gateway.uploads.delete(key);
  }
  for await (const file of gateway.client.files.list()) await gateway.client.files.delete(file.id);
});

const usual = { filename: 'rows.jsonl', mime_type: 'text/jsonl', purpose: 'fine-tune' } as const;
const begin = (bytes: number, others: Partial<OpenAI.UploadCreateParams> = {}) =>
  gateway.client.uploads.create({ ...usual, bytes, ...others });
const add = async (id: string, text: string) =>
  (await gateway.client.uploads.parts.create(id, { data: await toFile(Buffer.from(text), 'p') }))
    .id;
/** Files in the artifact store, half written ones included. */
async function stored(): Promise<string[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const found = await readdir(join(gateway.folder, 'artifacts'), options);
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

it('makes a file of its parts in the order that the end names, whatever order they came in', async () => {
  const begun = await begin(11, { expires_after: { anchor: 'created_at', seconds: 3600 } });
  expect(begun).toEqual({
    ...{ id: expect.stringMatching(/^upload_/), object: 'upload', bytes: 11, status: 'pending' },
    ...{ filename: 'rows.jsonl', purpose: 'fine-tune', file: null },
    ...{ created_at: begun.created_at, expires_at: begun.created_at + 3600 },
  });
  const [second, lost, first] = await Promise.all([
    add(begun.id, 'world'),
    add(begun.id, 'hello '),
    add(begun.id, 'hello '),
  ]);
  expect([second, lost, first]).toEqual(Array(3).fill(expect.stringMatching(/^part_/)));
  const md5 = createHash('md5').update('hello world').digest('hex').toUpperCase();
  const part_ids = [first, second];
  const done = await gateway.client.uploads.complete(begun.id, { part_ids, md5 });
  const { file, ...upload } = done;
  expect(upload).toEqual({ ...begun, status: 'completed', file: undefined });
  const id = file?.id ?? expect.fail('no file');
  expect(file).toMatchObject({ object: 'file', bytes: 11, filename: 'rows.jsonl' });
  expect(file?.expires_at).toBe((file?.created_at ?? 0) + 3600);
  expect(await (await gateway.client.files.content(id)).text()).toBe('hello world');
  expect(await stored()).toEqual([id]);
  // As the client sends it again whose answer was lost.
  const headers = { 'x-stainless-retry-count': '1' };
  const body = { part_ids };
  expect(await gateway.client.uploads.complete(begun.id, body, { headers })).toEqual(done);
  await expect(gateway.client.uploads.complete(begun.id, body)).rejects.toMatchObject({
    ...{ status: 409, code: 'invalid_state' },
    message: `409 The upload ${begun.id} is completed and takes nothing more.`,
  });
  await gateway.client.files.delete(id);
  const without = await gateway.client.uploads.complete(begun.id, body, { headers });
  expect(without.file).toBeNull();
});

it('gives one file where several complete it at once', async () => {
  const { id } = await begin(4000);
  const part_ids = [await add(id, 'x'.repeat(4000))];
  const tries = [1, 2, 3, 4].map(() => gateway.client.uploads.complete(id, { part_ids }));
  const ended = await Promise.allSettled(tries);
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const each of ended)
    if (each.status === 'rejected') expect(each.reason).toMatchObject({ status: 409 });
  const files = (await gateway.client.files.list()).data.map((file) => file.id);
  expect(files).toHaveLength(1);
  expect(await stored()).toEqual(files);
});

it('refuses by name what parts it cannot make the file of, and takes the right ones then', async () => {
  const { id } = await begin(6);
  const other = await begin(3);
  const foreign = await add(other.id, 'abc');
  const [a, b] = [await add(id, 'abc'), await add(id, 'def')];
  const refused = (body: object) =>
    gateway.client.uploads
      .complete(id, body as OpenAI.UploadCompleteParams)
      .then(() => expect.fail('it was completed'))
      .catch(({ status, code, param }: APIError) => [status, code, param]);
  expect(await refused({})).toEqual([400, 'missing_parameter', 'part_ids']);
  expect(await refused({ part_ids: [] })).toEqual([400, 'invalid_value', 'part_ids']);
  expect(await refused({ part_ids: [a] })).toEqual([400, 'invalid_value', 'part_ids']);
  expect(await refused({ part_ids: [a, a] })).toEqual([400, 'invalid_value', 'part_ids[1]']);
  expect(await refused({ part_ids: [a, '../x'] })).toEqual([400, 'not_found', 'part_ids[1]']);
  expect(await refused({ part_ids: [foreign, b] })).toEqual([400, 'not_found', 'part_ids[0]']);
  const whole = { part_ids: [a, b] };
  expect(await refused({ ...whole, md5: 'no' })).toEqual([400, 'invalid_value', 'md5']);
  expect(await refused({ ...whole, md5: '0'.repeat(32) })).toEqual([400, 'invalid_value', 'md5']);
  expect(await refused({ ...whole, x: 1 })).toEqual([400, 'unsupported_parameter', 'x']);
  expect((await gateway.client.files.list()).data).toEqual([]);
  expect((await gateway.client.uploads.complete(id, whole)).status).toBe('completed');
});

it.each([
  [{ bytes: 0 }, 400, 'invalid_value', 'bytes'],
  [{ bytes: 10_001 }, 413, 'file_too_large', 'bytes'],
  [{ purpose: 'batch_output' }, 400, 'invalid_value', 'purpose'],
  [{ filename: undefined }, 400, 'missing_parameter', 'filename'],
  [{ mime_type: undefined }, 400, 'missing_parameter', 'mime_type'],
  [
    { expires_after: { anchor: 'created_at', seconds: 1 } },
    400,
    'invalid_value',
    'expires_after.seconds',
  ],
])('is not begun with %j', async (wrong, status, code, param) => {
  const body = { ...usual, bytes: 5, ...wrong } as OpenAI.UploadCreateParams;
  await expect(gateway.client.uploads.create(body)).rejects.toMatchObject({ status, code, param });
});

it('refuses parts that are too large, empty, more than it can need, or none, and keeps nothing of them', async () => {
  const { id } = await begin(8000);
  const failure = (text: string) => add(id, text).catch((error: unknown) => error);
  expect(await failure('x'.repeat(5001))).toMatchObject({
    ...{ status: 413, code: 'file_too_large', param: 'data' },
    message: expect.stringContaining('The part is larger than 5 kB'),
  });
  expect(await failure('')).toMatchObject({ status: 400, param: 'data' });
  const form = new FormData();
  form.set('file', new Blob(['x']), 'a');
  const wrongField = { method: 'POST', body: form };
  const answer = await gateway.fetch(`/v1/uploads/${id}/parts`, wrongField);
  expect(await answer.json()).toMatchObject({
    error: { param: 'file', code: 'unsupported_parameter' },
  });
  expect(await stored()).toEqual([]);
  // The clients send a part three times where no answer comes back.
  for (let part = 0; part < 6; part++) await add(id, 'x'.repeat(4000));
  expect(await failure('x')).toMatchObject({ status: 400, code: 'invalid_value', param: 'data' });
});

it('takes nothing more once it is cancelled or its time is over, and no part of it stays', async () => {
  const { id } = await begin(5);
  const part_ids = [await add(id, 'hello')];
  expect(await gateway.client.uploads.cancel(id)).toMatchObject({ id, status: 'cancelled' });
  expect(await stored()).toEqual([]);
  const late = await begin(5);
  await add(late.id, 'hello');
  const key = recordKey(project, late.id);
  const record = (await gateway.uploads.get(key))?.value ?? expect.fail('no record');
  await gateway.uploads.put(key, { ...record, expiresAt: 1 });
  for (const [upload, status] of [
    [id, 'cancelled'],
    [late.id, 'expired'],
  ] as const)
    for (const act of [
      () => add(upload, 'hello'),
      () => gateway.client.uploads.complete(upload, { part_ids }),
      () => gateway.client.uploads.cancel(upload),
    ])
      await expect(act()).rejects.toThrow(`409 The upload ${upload} is ${status} and takes`);
  const ports = { ...gateway, now: Date.now } as unknown as Parameters<typeof eraseOldUploads>[0];
  expect(await eraseOldUploads(ports, { orphanAfterMs: 3_600_000 })).toBe(1);
  expect(await stored()).toEqual([]);
  await expect(gateway.client.uploads.cancel(late.id)).rejects.toMatchObject({ status: 404 });
  expect((await gateway.uploads.get(recordKey(project, id)))?.value.state).toBe('cancelled');
});

it('keeps no part that was on its way when it was cancelled', async () => {
  const { id } = await begin(5000);
  const pieces = new Readable({ read: () => undefined });
  const data = Object.assign(pieces, { path: 'slow.bin' });
  const part = gateway.client.uploads.parts.create(id, { data: data as never });
  pieces.push('a');
  await expect.poll(stored).toHaveLength(1);
  await gateway.client.uploads.cancel(id);
  pieces.push('b');
  pieces.push(null);
  await expect(part).rejects.toMatchObject({ status: 409 });
  expect(await stored()).toEqual([]);
});

it('is nobody else’s', async () => {
  const { id } = await begin(5);
  const { uploads } = gateway.otherClient;
  await expect(uploads.cancel(id)).rejects.toMatchObject({ status: 404, param: 'upload_id' });
  await expect(uploads.cancel('upload_../x')).rejects.toMatchObject({ status: 404 });
  const other: UploadRecord = {
    ...((await gateway.uploads.get(recordKey(project, id)))?.value ?? expect.fail('no record')),
    ...{ id: newId('upload'), project: 'other' },
  };
  await gateway.uploads.put(recordKey('other', other.id), other);
  const partId = newId('uploadPart');
  await gateway.artifacts.put(uploadPartKey('other', other.id, partId), Buffer.from('hello'));
  const mine = gateway.client.uploads.complete(id, { part_ids: [partId] });
  await expect(mine).rejects.toMatchObject({ status: 400, code: 'not_found' });
});
