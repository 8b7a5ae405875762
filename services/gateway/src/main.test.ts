import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { baseModelsProject, modelKey } from '@lathe/contracts/subject';
import { readConfig } from '@lathe/platform/config';
import { freePort } from '@lathe/testkit/free-port';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { body, pause, startEvaluator, text } from './chat/chat.fixture.ts';
import { baseModel } from './integration/gateway.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let running: ChildProcess | undefined;

beforeAll(async () => {
  [nats, folder] = await Promise.all([startNats(), tempFolder()]);
});
afterEach(() => void running?.kill('SIGKILL'));
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** The real process under Node, as an operator starts it; resolves once it answers. */
async function startMain(extra: Record<string, string> = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      LATHE_NATS_URL: nats.url,
      LATHE_DATA: folder.path,
      LATHE_PORT: String(port),
      ...extra,
    },
  });
  running = child;
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output.text += chunk.toString();
    });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(() =>
      fetch(`${url}/readyz`).then(
        (response) => response.status,
        () => 0,
      ),
    )
    .toBe(200);
  return { child, url, output };
}
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

test('main starts under Node, makes a key that it shows once, logs requests without it, and stops', async () => {
  const { child, url, output } = await startMain();
  const file = join(folder.path, 'api-key');
  const apiKey = (await readFile(file, 'utf8')).trim();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(output.text.split(apiKey)).toHaveLength(2);
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  const { response } = await client.models.list().withResponse();
  const requestId = response.headers.get('x-request-id');
  await expect.poll(() => output.text).toContain(`"requestId":"${requestId}"`);
  const line = output.text.split('\n').find((text) => text.includes(requestId ?? '-')) ?? '';
  expect(JSON.parse(line)).toMatchObject({
    service: 'gateway',
    method: 'GET',
    route: '/v1/models',
    status: 200,
    ms: expect.any(Number),
  });
  expect(output.text.split(apiKey)).toHaveLength(2);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('an answer that is cut off is logged as what it was, and by whom', async () => {
  const LATHE_API_KEY = 'sk-cut-off-0123456789';
  const { child, url, output } = await startMain({ LATHE_API_KEY, LATHE_SHUTDOWN_GRACE: '1s' });
  const stores = await openStores(
    readConfig({ LATHE_NATS_URL: nats.url, LATHE_DATA: folder.path, LATHE_LOG_LEVEL: 'silent' }),
  );
  onTestFinished(() => stores.nats.close());
  await stores.models.put(modelKey(baseModelsProject, baseModel.name), baseModel);
  const { requests } = await startEvaluator(stores.nats, async (_request, say) => {
    say({ kind: 'accepted' });
    while (running?.exitCode === null) {
      say(text('x'));
      await pause(50);
    }
  });
  const client = new OpenAI({ apiKey: LATHE_API_KEY, baseURL: `${url}/v1`, maxRetries: 0 });
  const ends = () =>
    output.text.split('\n').flatMap((line) => {
      if (!line.includes('"route":"/v1/chat/completions"')) return [];
      const { status, cutOff } = JSON.parse(line) as { status: number; cutOff?: string };
      return [{ status, cutOff }];
    });

  const controller = new AbortController();
  const plain = client.chat.completions.create(body, { signal: controller.signal });
  await expect.poll(() => requests).toHaveLength(1);
  controller.abort();
  await expect(plain).rejects.toThrow('aborted');
  const byClient = { status: 499, cutOff: 'by the client' };
  await expect.poll(ends).toEqual([byClient]);
  for await (const _chunk of await client.chat.completions.create({ ...body, stream: true })) break;
  const streams = [{ status: 200, cutOff: 'by the client' }];
  await expect.poll(ends).toEqual([byClient, ...streams]);

  const stream = await client.chat.completions.create({ ...body, stream: true });
  const cut = client.chat.completions.create(body).catch((error: unknown) => error);
  await expect.poll(() => requests).toHaveLength(4);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(await cut).toBeInstanceOf(OpenAI.APIConnectionError);
  stream.controller.abort();
  expect(ends().slice(2)).toEqual(
    expect.arrayContaining([
      { status: 503, cutOff: 'by the gateway' },
      { status: 200, cutOff: 'by the gateway' },
    ]),
  );
});

test('main that cannot reach nats-server says so in a sentence and exits', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, LATHE_NATS_URL: 'nats://127.0.0.1:1', LATHE_DATA: folder.path },
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(text).toBe('Cannot reach nats-server at nats://127.0.0.1:1.\n');
});

test('a 300 MB upload without a length grows the process by less than 100 MB', async () => {
  const { child, url } = await startMain({
    LATHE_API_KEY: 'sk-memory-0123456789',
    LATHE_LOG_LEVEL: 'warn',
  });
  const total = 300 * 1024 * 1024;
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const before = await residentBytes(child.pid);
  let most = before;
  const watch = setInterval(() => {
    residentBytes(child.pid).then(
      (bytes) => {
        most = Math.max(most, bytes);
      },
      () => undefined,
    );
  }, 20);
  function* form() {
    yield '--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n';
    yield '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n';
    for (let sent = 0; sent < total; sent += chunk.length) yield chunk;
    yield '\r\n--x--\r\n';
  }
  const sending = request(`${url}/v1/files`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk-memory-0123456789',
      'content-type': 'multipart/form-data; boundary=x',
    },
  });
  const answered = once(sending, 'response');
  await pipeline(Readable.from(form()), sending);
  const [response] = await answered;
  const answer = JSON.parse((await response.toArray()).join(''));
  expect(answer).toMatchObject({ bytes: total, purpose: 'fine-tune' });
  let received = 0;
  const content = await fetch(`${url}/v1/files/${answer.id}/content`, {
    headers: { authorization: 'Bearer sk-memory-0123456789' },
  });
  for await (const piece of content.body ?? []) received += piece.length;
  clearInterval(watch);
  expect(received).toBe(total);
  const grown = Math.round((most - before) / 1e6);
  console.info(`upload and download of 300 MiB: resident memory grew by ${grown} MB`);
  expect(grown).toBeLessThan(100);
});
