import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGatewayServer } from './http-server.ts';

let server: Server;

beforeAll(async () => {
  const app = { fetch: () => new Response('routed') };
  server = createGatewayServer(app, { requestTimeoutMs: 5000, headersTimeoutMs: 5000 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void server.close());

/** What comes back for these bytes until the connection closes. */
async function say(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const host = 'Host: 127.0.0.1\r\n';
const end = 'Connection: close\r\n\r\n';

it.each([
  ['no Host', `GET /v1/models HTTP/1.1\r\n${end}`, 400],
  ['an empty Host', `GET /v1/models HTTP/1.1\r\nHost:\r\n${end}`, 400],
  ['a Host that is none', `GET /v1/models HTTP/1.1\r\nHost: a b\r\n${end}`, 400],
  ['a Host with a path', `GET /v1/models HTTP/1.1\r\nHost: a/b\r\n${end}`, 400],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${host}${end}`, 400],
  ['an address without a slash', `GET v1/models HTTP/1.1\r\n${host}${end}`, 400],
  ['an unknown scheme', `GET ftp://x/v1/models HTTP/1.1\r\n${host}${end}`, 400],
  ['an unknown expectation', `POST /v1/files HTTP/1.1\r\n${host}Expect: a-miracle\r\n${end}`, 417],
  ['CONNECT', `CONNECT example.org:443 HTTP/1.1\r\n${host}${end}`, 405],
  ['an unknown method', `FETCH / HTTP/1.1\r\n${host}${end}`, 400],
  ['another version', `GET / HTTP/3.0\r\n${host}${end}`, 400],
  ['a header that is none', `GET / HTTP/1.1\r\n${host}a b: c\r\n${end}`, 400],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n${end}`,
    400,
  ],
  ['headers too long', `GET / HTTP/1.1\r\n${host}a: ${'x'.repeat(70_000)}\r\n${end}`, 431],
])('%s gets the envelope and a request id', async (_name, request, status) => {
  const answer = await say(request);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head.toLowerCase()).toContain('x-request-id: req_');
  expect(head.toLowerCase()).toContain('content-type: application/json');
  expect(JSON.parse(body)).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringMatching(/\.$/) },
  });
});

it('routes what is valid, and lets a client that asks go on', async () => {
  expect(await say(`GET /v1/models HTTP/1.1\r\n${host}${end}`)).toContain('routed');
  const asked = `POST / HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 0\r\n${end}`;
  expect(await say(asked)).toMatch(/^HTTP\/1\.1 100 Continue[\s\S]*routed/);
});
