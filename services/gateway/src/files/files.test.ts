import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { APIError, NotFoundError, toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  apiKey,
  jsonl,
  project,
  startGateway,
  type TestGateway,
} from '../integration/gateway.fixture.ts';

let gateway: TestGateway;
const limit = 1_000_000;

beforeAll(async () => {
  gateway = await startGateway({ maxFileBytes: limit, uploadIdleMs: 400 });
});
afterAll(() => gateway.stop());

async function storedObjects(): Promise<string[]> {
  const names = await readdir(join(gateway.folder, 'artifacts'), {
    recursive: true,
    withFileTypes: true,
  });
  return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
async function failure(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof APIError)) throw new Error(`no APIError but ${String(error)}`);
  return error;
}
const upload = (text: string, name = 'rows.jsonl') =>
  toFile(Buffer.from(text), name).then((file) =>
    gateway.client.files.create({ file, purpose: 'fine-tune' }),
  );

test('a buffer is uploaded, waited for, read back, listed and deleted', async () => {
  const file = await upload(jsonl);
  expect(file).toMatchObject({
    object: 'file',
    bytes: jsonl.length,
    filename: 'rows.jsonl',
    purpose: 'fine-tune',
    status: 'processed',
  });
  expect(Math.abs(file.created_at - Date.now() / 1000)).toBeLessThan(10);
  expect(await gateway.client.files.waitForProcessing(file.id)).toEqual({
    ...file,
    lathe: { lineage: null, files: [], jobs: [], models: [] },
  });
  const content = await gateway.client.files.content(file.id);
  expect(await content.text()).toBe(jsonl);
  expect(content.headers.get('content-length')).toBe(String(jsonl.length));
  const list = await gateway.client.files.list();
  expect(list.data.map(({ id }) => id)).toContain(file.id);
  expect(await gateway.client.files.delete(file.id)).toEqual({
    id: file.id,
    object: 'file',
    deleted: true,
    lathe: {
      ...{ files: [], jobs: [], models: [], eval_runs: [], batches: [] },
      ...{ erased_files: [], erased_jobs: [], erased_eval_runs: [], erased_batches: [] },
    },
  });
  await expect(gateway.client.files.retrieve(file.id)).rejects.toThrow(NotFoundError);
  await expect(gateway.client.files.content(file.id)).rejects.toThrow(NotFoundError);
  expect(await storedObjects()).toEqual([]);
});

test('a read stream is uploaded in chunks without a length', async () => {
  const path = join(gateway.folder, 'streamed.jsonl');
  await writeFile(path, jsonl.repeat(400));
  const file = await gateway.client.files.create({
    file: createReadStream(path),
    purpose: 'fine-tune',
  });
  expect(file.bytes).toBe(jsonl.length * 400);
  await gateway.client.files.delete(file.id);
});

test.each(['rows.parquet', 'rows.zip', 'rows.jsonl.gz', 'rows.conll', 'rows'])(
  'bytes of any kind come back as they were, called %s',
  async (name) => {
    const bytes = Buffer.concat([
      Buffer.from('PK\u0003\u0004\r\n--x\r\n\r\n'),
      Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7) % 256)),
    ]);
    const file = await gateway.client.files.create({
      file: await toFile(bytes, name),
      purpose: 'fine-tune',
    });
    expect(file).toMatchObject({ bytes: bytes.length, filename: name });
    const content = await gateway.client.files.content(file.id);
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
    await gateway.client.files.delete(file.id);
  },
);

test('a hostile file name stays text', async () => {
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', new Blob([jsonl]), '../../etc/pass\u0000wd\u202e.jsonl');
  const response = await gateway.fetch('/v1/files', { method: 'POST', body: form });
  const file = (await response.json()) as { id: string; filename: string };
  expect(response.status).toBe(200);
  expect(file.filename).not.toMatch(/[/\p{C}]/u);
  expect((await gateway.files.get(`${project}.${file.id}`))?.value.key).toBe(
    `${project}/files/${file.id}`,
  );
  await gateway.client.files.delete(file.id);
});

test.each([
  ['an empty name', '; filename=""'],
  ['no name, but a type', ''],
])('a file with %s is called upload', async (_case, name) => {
  const response = await gateway.fetch('/v1/files', {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: [
      '--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nfine-tune',
      `--x\r\ncontent-disposition: form-data; name="file"${name}\r\ncontent-type: application/octet-stream\r\n\r\n${jsonl}`,
      '--x--\r\n',
    ].join('\r\n'),
  });
  const file = (await response.json()) as { id: string };
  expect(file).toMatchObject({ filename: 'upload', bytes: jsonl.length });
  await gateway.client.files.delete(file.id);
});

test('a name of other letters comes back whole, cut between characters, in body and header', async () => {
  const name = `Rückfragen (März) 'neu' ${'🙂'.repeat(200)}.jsonl`;
  const file = await upload(jsonl, name);
  expect(name.startsWith(file.filename)).toBe(true);
  expect(file.filename.length).toBeGreaterThan(200);
  const content = await gateway.client.files.content(file.id);
  const header = content.headers.get('content-disposition') ?? '';
  expect(decodeURIComponent(header.split("''")[1] ?? '')).toBe(file.filename);
  await gateway.client.files.delete(file.id);
});

test('files are listed newest first, by purpose, in pages and in both orders', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) ids.push((await upload(jsonl, name)).id);
  const first = await gateway.client.files.list({ limit: 2 });
  expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  expect(first.has_more).toBe(true);
  const all: string[] = [];
  for await (const file of gateway.client.files.list({ limit: 1, order: 'asc' })) all.push(file.id);
  expect(all).toEqual(ids);
  expect((await gateway.client.files.list({ purpose: 'batch' })).data).toEqual([]);
  const error = await failure(gateway.client.files.list({ after: 'file-nothere0' }).withResponse());
  expect(error).toMatchObject({ status: 400, param: 'after' });
  // As whoever deletes every file that it sees.
  const deleted: string[] = [];
  for await (const file of gateway.client.files.list({ limit: 1 })) {
    await gateway.client.files.delete(file.id);
    deleted.push(file.id);
  }
  expect(deleted).toEqual(ids.toReversed());
});

test('a file past its expiry is gone', async () => {
  const file = await gateway.client.files.create({
    file: await toFile(Buffer.from(jsonl), 'a.jsonl'),
    purpose: 'fine-tune',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  expect(file.expires_at).toBe(file.created_at + 3600);
  const key = `${project}.${file.id}`;
  const stored = await gateway.files.get(key);
  if (stored === null) throw new Error('no record');
  await gateway.files.put(key, { ...stored.value, expiresAt: 1 });
  await expect(gateway.client.files.retrieve(file.id)).rejects.toThrow(NotFoundError);
  await gateway.files.put(key, stored.value);
  await gateway.client.files.delete(file.id);
});

test.each([
  ['an unknown purpose', { purpose: 'cooking', file: jsonl }, 'purpose', 'invalid_value'],
  ['no purpose', { file: jsonl }, 'purpose', 'missing_parameter'],
  ['no file', { purpose: 'fine-tune' }, 'file', 'missing_parameter'],
  ['an empty file', { purpose: 'fine-tune', file: '' }, 'file', 'invalid_file_format'],
  ['an unknown field', { purpose: 'fine-tune', file: jsonl, x: '1' }, 'x', 'unsupported_parameter'],
])('%s is refused by name and leaves nothing', async (_case, fields, param, code) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    if (name === 'file') form.set(name, new Blob([value]), 'rows.jsonl');
    else form.set(name, value);
  const response = await gateway.fetch('/v1/files', { method: 'POST', body: form });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { param, code, type: 'invalid_request_error' },
  });
  expect(await storedObjects()).toEqual([]);
});

test('a body that is no form, or a garbled one, is refused', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const cut = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc';
  for (const init of [{ body: 'x' }, { body: cut, headers }, { body: 'nothing', headers }]) {
    const response = await gateway.fetch('/v1/files', { method: 'POST', ...init });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  }
  expect(await storedObjects()).toEqual([]);
});

test('a file over the limit is refused, with and without a declared length', async () => {
  const path = join(gateway.folder, 'large.jsonl');
  await writeFile(path, Buffer.alloc(limit + 1));
  for (const file of [
    await toFile(Buffer.alloc(limit + 1), 'a.jsonl'),
    await toFile(Buffer.alloc(3 * limit), 'a.jsonl'),
    createReadStream(path),
  ]) {
    const error = await failure(gateway.client.files.create({ file, purpose: 'fine-tune' }));
    expect(error).toMatchObject({ status: 413, code: 'file_too_large' });
  }
  expect(await storedObjects()).toEqual([]);
});

/** Sends the beginning of an upload over a bare socket. */
function beginUpload(rest = 'x'.repeat(100_000)) {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    [
      'POST /v1/files HTTP/1.1',
      'host: test',
      `authorization: Bearer ${apiKey}`,
      'content-type: multipart/form-data; boundary=x',
      'content-length: 900000',
      '',
      '--x',
      'content-disposition: form-data; name="file"; filename="a.jsonl"',
      '',
      rest,
    ].join('\r\n'),
  );
  return socket;
}

test('a client that leaves during an upload leaves nothing behind', async () => {
  const socket = beginUpload();
  await expect.poll(storedObjects).toHaveLength(1);
  socket.destroy();
  await expect.poll(storedObjects).toEqual([]);
  expect((await gateway.client.files.list()).data).toEqual([]);
});

test('what follows a whole file can still fail it', async () => {
  const socket = beginUpload(`${jsonl}\r\n--x\r\ncontent-disposition: form-data; name="pur`);
  await expect.poll(async () => (await storedObjects())[0]).toMatch(/^file-/);
  socket.destroy();
  await expect.poll(storedObjects).toEqual([]);
  const two = new FormData();
  two.set('purpose', 'fine-tune');
  two.append('file', new Blob([jsonl]), 'a');
  two.append('file', new Blob([jsonl]), 'b');
  const longField = new FormData();
  longField.set('purpose', 'x'.repeat(5000));
  longField.append('file', new Blob([jsonl]), 'a');
  const otherName = new FormData();
  otherName.append('picture', new Blob([jsonl]), 'a');
  otherName.append('purpose', 'fine-tune');
  for (const body of [two, longField, otherName])
    expect((await gateway.fetch('/v1/files', { method: 'POST', body })).status).toBe(400);
  expect(await storedObjects()).toEqual([]);
});

test('an upload that stalls is ended and leaves nothing behind', async () => {
  const socket = beginUpload();
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  await expect.poll(() => answer).toContain('HTTP/1.1 504');
  await expect.poll(storedObjects).toEqual([]);
  socket.destroy();
});

test('files of another project are not visible', async () => {
  const file = await upload(jsonl);
  const stored = await gateway.files.get(`${project}.${file.id}`);
  if (stored === null) throw new Error('no record');
  await gateway.files.delete(`${project}.${file.id}`);
  await gateway.files.put(`other.${file.id}`, { ...stored.value, project: 'other' });
  await expect(gateway.client.files.retrieve(file.id)).rejects.toThrow(NotFoundError);
  await expect(gateway.client.files.retrieve(`..${file.id}`)).rejects.toThrow(NotFoundError);
  expect((await gateway.client.files.list()).data).toEqual([]);
  await gateway.artifacts.delete(stored.value.key);
});
