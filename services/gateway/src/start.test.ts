import { createServer } from 'node:net';
import { readConfig } from '@lathe/platform/config';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { AuthenticationError, toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { body, finish, pause, startEvaluator, text, usage } from './chat/chat.fixture.ts';
import { baseModel, openGateway, startGateway } from './integration/gateway.fixture.ts';
import { start } from './start.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeAll(async () => {
  [nats, folder] = await Promise.all([startNats(), tempFolder()]);
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
const open = (overrides = {}) => openGateway({ natsUrl: nats.url, folder: folder.path }, overrides);

test('stopping lets an open answer end, and takes no new request', async () => {
  const gateway = await open();
  await gateway.addModel(baseModel);
  const began = Promise.withResolvers<void>();
  await startEvaluator(gateway.nats, async (_request, say) => {
    say({ kind: 'accepted' });
    began.resolve();
    await pause(300);
    for (const reply of [text('Hello'), finish(), { kind: 'done', usage } as const]) say(reply);
  });
  const answer = gateway.client.chat.completions.create(body);
  await began.promise;
  const stopped = gateway.stopGateway();
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  expect((await answer).choices[0]?.message.content).toBe('Hello');
  await stopped;
  await gateway.stop();
});

test('stopping cuts off what takes longer than the grace', async () => {
  const gateway = await open({ stopGraceMs: 200 });
  await startEvaluator(gateway.nats, async (_request, say) => {
    for (let beat = 0; beat < 20; beat++) {
      say(beat === 0 ? { kind: 'accepted' } : text('x'));
      await pause(100);
    }
  });
  const stream = await gateway.client.chat.completions.create({ ...body, stream: true });
  await gateway.stopGateway();
  const read = async () => {
    for await (const _chunk of stream);
  };
  await expect(read()).rejects.toThrow();
  await gateway.stop();
});

test('stopping leaves the port to another at once, whatever a batch still waits for', async () => {
  const gateway = await startGateway();
  await gateway.addModel(baseModel);
  const asked = Promise.withResolvers<void>();
  await startEvaluator(gateway.nats, (_request, say) => {
    say({ kind: 'accepted' });
    asked.resolve();
  });
  const request = { custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body };
  const lines = await toFile(Buffer.from(JSON.stringify(request)), 'requests.jsonl');
  const { id } = await gateway.client.files.create({ file: lines, purpose: 'batch' });
  await gateway.client.batches.create({
    ...{ input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' },
  });
  await asked.promise;
  // As when the whole platform but this process was killed.
  await gateway.server.kill();
  const stopped = gateway.stopGateway();
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  await stopped;
  await gateway.stop();
});

test('records and files outlive the process', async () => {
  const first = await open();
  const file = await first.client.files.create({
    file: await toFile(Buffer.from('{}\n'), 'a.jsonl'),
    purpose: 'fine-tune',
  });
  await first.stop();
  const second = await open();
  expect(await second.client.files.retrieve(file.id)).toMatchObject(file);
  expect(await (await second.client.files.content(file.id)).text()).toBe('{}\n');
  await second.stop();
});

test('a large upload with a bad key is told so', async () => {
  const gateway = await open();
  const client = new OpenAI({ apiKey: 'sk-bad', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const file = await toFile(Buffer.alloc(20_000_000), 'a.jsonl');
  await expect(client.files.create({ file, purpose: 'fine-tune' })).rejects.toThrow(
    AuthenticationError,
  );
  await gateway.stop();
});

test('a port that is taken is named', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const config = readConfig({
    LATHE_PORT: port,
    LATHE_API_KEY: 'sk-test-0123456789',
    LATHE_DATA: folder.path,
    LATHE_NATS_URL: nats.url,
    LATHE_LOG_LEVEL: 'silent',
  });
  await expect(start(config)).rejects.toThrow(`The gateway cannot listen on 127.0.0.1:${port}.`);
  taken.close();
});

test('without an address of nats-server the message says what to set', async () => {
  const config = readConfig({ LATHE_DATA: folder.path, LATHE_LOG_LEVEL: 'silent' });
  await expect(start(config)).rejects.toThrow('LATHE_NATS_URL');
});

test('a fault in the list of keys ends the start with its place, and without the key', async () => {
  const config = readConfig({
    LATHE_DATA: folder.path,
    LATHE_NATS_URL: nats.url,
    LATHE_LOG_LEVEL: 'silent',
    LATHE_API_KEYS: 'sk-secret-0123456789=Red',
  });
  const error: unknown = await start(config).catch((cause: unknown) => cause);
  expect(String(error)).toContain('LATHE_API_KEYS has a fault in entry 1: the project after "="');
  expect(String(error)).not.toContain('secret');
});
