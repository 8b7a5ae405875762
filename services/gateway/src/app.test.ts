import OpenAI, { type APIError, AuthenticationError, NotFoundError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './integration/gateway.fixture.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ maxJsonBytes: 10_000, bodyIdleMs: 300 });
});
afterAll(() => gateway.stop());

async function envelope(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  return error;
}

test('a bad key and no key are 401 in the envelope, also on unknown paths', async () => {
  const client = new OpenAI({ apiKey: 'sk-wrong', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const error = await client.models.list().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(error).toMatchObject({ code: 'invalid_api_key', type: 'authentication_error' });
  expect((error as APIError).requestID).toMatch(/^req_/);
  expect((error as APIError).message).not.toContain('sk-wrong');
  for (const [path, headers] of [
    ['/v1/models', {}],
    ['/v1/nothing', {}],
    ['/v1/models', { authorization: 'Basic abc' }],
    ['/v1/models', { authorization: 'Bearer ' }],
  ] as const) {
    const response = await fetch(gateway.url + path, { headers });
    expect(response.status).toBe(401);
    expect(await envelope(response)).toMatchObject({ code: 'invalid_api_key' });
  }
});

test('what is not served yet says so', async () => {
  const error = await gateway.client.images
    .generate({ prompt: 'x' })
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NotFoundError);
  expect((error as APIError).message).toContain('POST /v1/images/generations');
  expect(await envelope(await fetch(`${gateway.url}/nothing`))).toMatchObject({
    code: 'not_found',
    type: 'invalid_request_error',
  });
});

test('a base URL without /v1 is told apart from what is not here', async () => {
  const asked = (path: string) => gateway.client.withOptions({ baseURL: gateway.url }).post(path);
  const missing = '404 There is no POST /chat/completions in this service';
  await expect(asked('/chat/completions')).rejects.toThrow(
    `${missing}, but a POST /v1/chat/completions: the base URL has to end with /v1.`,
  );
  await expect(asked('/images')).rejects.toThrow('404 There is no POST /images in this service.');
});

test('a wrong method is 405 with the right ones', async () => {
  const response = await gateway.fetch('/v1/files', { method: 'DELETE' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, POST');
  expect(await envelope(response)).toMatchObject({ code: 'method_not_allowed' });
  const cancel = await gateway.fetch('/v1/fine_tuning/jobs/ftjob-x/cancel');
  expect([cancel.status, cancel.headers.get('allow')]).toEqual([405, 'POST']);
});

test.each([
  ['cut off', '{"model":', 'invalid_json', 400],
  ['empty', '', 'invalid_json', 400],
  ['a list', '[]', 'invalid_value', 400],
  ['null', 'null', 'invalid_value', 400],
  ['a text', '"text"', 'invalid_value', 400],
  ['an empty object', '{}', 'missing_parameter', 400],
  ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'invalid_json', 400],
  ['too deep', `{"model":${'['.repeat(300)}${']'.repeat(300)}}`, 'invalid_json', 400],
  ['far too deep', '['.repeat(4900) + ']'.repeat(4900), 'invalid_json', 400],
  ['too large', JSON.stringify({ model: 'x'.repeat(20_000) }), 'file_too_large', 413],
])('a JSON body that is %s is refused', async (_case, body, code, status) => {
  for (const path of ['/v1/chat/completions', '/v1/fine_tuning/jobs']) {
    const response = await gateway.fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(status);
    expect(await envelope(response)).toMatchObject({ code });
  }
});

test('a chunked body over the limit is refused before it has arrived whole', async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(4096))),
  });
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    body: endless,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
});

test('a JSON body that stalls is given up', async () => {
  const stalled = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"model":')),
  });
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    body: stalled,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(504);
});

test('an empty POST that claims to be JSON is no malformed body', async () => {
  const response = await gateway.fetch('/v1/fine_tuning/jobs/ftjob-unknown0/cancel', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(404);
});

test('what is no HTTP gets the envelope, too', async () => {
  const { hostname, port } = new URL(gateway.url);
  const { connect } = await import('node:net');
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer).toContain('HTTP/1.1 400');
  expect(answer).toContain('"type":"invalid_request_error"');
});

test('every answer has security headers and its own request id', async () => {
  const responses = await Promise.all([
    gateway.fetch('/v1/models'),
    gateway.fetch('/healthz'),
    gateway.fetch('/v1/none'),
  ]);
  for (const { headers } of responses) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
  const ids = responses.map(({ headers }) => headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(3);
});

test('readiness follows nats-server, and requests fail soon while it is away', async () => {
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  await gateway.server.stop();
  const response = await fetch(`${gateway.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'not ready', problems: { nats: /nats/ } });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  const away = await gateway.fetch('/v1/models');
  expect(away.status).toBe(503);
  expect(await envelope(away)).toMatchObject({ code: 'unavailable', type: 'server_error' });
  await gateway.server.restart();
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  expect((await gateway.fetch('/v1/models')).status).toBe(200);
});
