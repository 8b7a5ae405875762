import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiKey, startGateway, type TestGateway } from '../integration/gateway.fixture.ts';

const script = 'const page = 1;\n'.repeat(50);
let folder: Awaited<ReturnType<typeof tempFolder>>;
let gateway: TestGateway;

beforeAll(async () => {
  folder = await tempFolder();
  await mkdir(join(folder.path, 'assets'));
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><title>Lathe</title>');
  await writeFile(join(folder.path, 'assets/index-abc.js'), script);
  gateway = await startGateway({ dashboardFolder: folder.path, signInCodesKept: 2 });
});
afterAll(async () => {
  await gateway.stop();
  await folder[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { headers, redirect: 'manual' });

it('serves the page at every address below /ui/, with a policy that lets in this origin alone', async () => {
  for (const path of ['/ui/', '/ui/jobs/ftjob-1?x=1']) {
    const response = await get(path);
    expect(await response.text()).toContain('<title>Lathe</title>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-request-id': expect.stringMatching(/^req_/),
    });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  }
  for (const path of ['/', '/ui']) expect((await get(path)).headers.get('location')).toBe('/ui/');
  expect((await get('/ui/assets/none.js')).status).toBe(404);
});

it('lets browsers keep what has a hash in its name, and ask for the page by its tag', async () => {
  const asset = await get('/ui/assets/index-abc.js', { 'accept-encoding': 'gzip' });
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect(await asset.text()).toBe(script);
  expect(
    (await get('/ui/assets/index-abc.js', { 'accept-encoding': 'identity' })).headers.get(
      'content-encoding',
    ),
  ).toBe(null);
  const etag = (await get('/ui/')).headers.get('etag') ?? '';
  expect((await get('/ui/', { 'if-none-match': etag })).status).toBe(304);
  expect((await get('/ui/', { 'if-none-match': '"other"' })).status).toBe(200);
});

it('says what to do where the dashboard is not built', async () => {
  const bare = await startGateway({ dashboardFolder: join(folder.path, 'none') });
  const response = await fetch(`${bare.url}/ui/`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    error: { message: expect.stringContaining('npm run setup') },
  });
  await bare.stop();
});

async function newCode(): Promise<string> {
  const response = await gateway.fetch('/v1/lathe/sign_in_codes', { method: 'POST' });
  return signInCodeSchema.parse(await response.json()).code;
}

/** A POST with headers that fetch would not send. */
async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request(gateway.url + path, { method: 'POST', headers }, (response) => {
    text(response).then(
      (said) => resolve({ status: response.statusCode ?? 0, body: said }),
      reject,
    );
  });
  sent.once('error', reject);
  sent.end(JSON.stringify(body));
  return promise;
}

it('exchanges a code for the key that asked for it, once', async () => {
  const code = await newCode();
  expect(JSON.parse((await post('/ui/sign-in', { code })).body)).toEqual({ key: apiKey });
  const again = await post('/ui/sign-in', { code });
  expect(again.status).toBe(404);
  expect(again.body).not.toContain(apiKey);
  expect((await post('/ui/sign-in', { code: 'guess' })).status).toBe(404);
  expect((await post('/ui/sign-in', { code, other: 1 })).status).toBe(400);
});

it('lets the oldest code go when more wait than are kept', async () => {
  const [first, second, third] = [await newCode(), await newCode(), await newCode()];
  expect((await post('/ui/sign-in', { code: first })).status).toBe(404);
  expect((await post('/ui/sign-in', { code: second })).status).toBe(200);
  expect((await post('/ui/sign-in', { code: third })).status).toBe(200);
});

it.each<[string, Record<string, string>]>([
  ['by a name that another may have made', { host: 'lathe.example' }],
  ['through a proxy', { 'x-forwarded-for': '10.1.2.3' }],
])('makes and takes no code %s', async (_, headers) => {
  const code = await newCode();
  const signed = { authorization: `Bearer ${apiKey}` };
  expect((await post('/v1/lathe/sign_in_codes', {}, { ...signed, ...headers })).status).toBe(403);
  expect((await post('/ui/sign-in', { code }, headers)).status).toBe(403);
});
