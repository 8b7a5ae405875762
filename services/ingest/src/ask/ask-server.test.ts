import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { askServer } from './ask-server.ts';

const question = {
  ...{ project: 'default', model: 'big', url: undefined, prompt: 'Why?', maxTokens: 64 },
  schema: { type: 'object' },
};

/** A server that answers every request like this, and what it was asked. */
async function serve(status: number, body: string) {
  const asked: { readonly request: IncomingMessage; readonly json: unknown }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ request, json: JSON.parse(Buffer.concat(chunks).toString()) });
      const location = status === 302 ? { location: 'http://127.0.0.1:1/' } : {};
      response.writeHead(status, location).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

function ask(url: string, allowed: string | null) {
  const settings = { writerUrl: allowed, writerKey: 'sk-secret', inferenceTimeoutMs: 10_000 };
  const asking = { signal: new AbortController().signal, progress: () => undefined };
  return askServer(settings, { question, url, ...asking });
}

it('asks the server that the operator allows, with its key and the form of the answer', async () => {
  const answer = { choices: [{ message: { role: 'assistant', content: '{"pairs": []}' } }] };
  const { url, asked } = await serve(200, JSON.stringify(answer));
  expect(await ask(url, `${url}/`)).toBe('{"pairs": []}');
  const [{ request, json } = expect.fail('nothing was asked')] = asked;
  expect([request.url, request.headers.authorization]).toEqual([
    ...['/v1/chat/completions', 'Bearer sk-secret'],
  ]);
  expect(json).toMatchObject({
    ...{ model: 'big', temperature: 0, seed: 1, max_tokens: 64 },
    messages: [{ role: 'user', content: 'Why?' }],
    response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
  });
});

it('asks no other server', async () => {
  const { url, asked } = await serve(200, '{}');
  await expect(ask(url, null)).rejects.toThrow('the operator allows none by LATHE_WRITER_URL');
  await expect(ask(url, 'https://other.example/v1')).rejects.toThrow('allows another one');
  expect(asked).toEqual([]);
});

it.each([
  [200, 'no json', 'gave an answer that cannot be read', true],
  [200, 'x'.repeat(2_000_000), 'gave no answer', true],
  [401, '{}', 'answered with status 401', false],
  [503, '{}', 'answered with status 503', true],
  [302, '', 'gave no answer', true],
])(
  'says what is wrong with an answer of status %i, never with the key',
  async (status, body, words, retryable) => {
    const { url } = await serve(status, body);
    const error = await ask(url, url).then(
      () => expect.fail('an answer'),
      (cause: Error) => cause,
    );
    expect(error).toMatchObject({ code: 'unavailable', retryable });
    expect(error.message).toContain(words);
    expect(
      JSON.stringify({ ...error, message: error.message, cause: String(error.cause) }),
    ).not.toContain('sk-secret');
  },
);
