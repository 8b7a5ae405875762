import { completionBody, type ServerReply, startModelServer } from '@lathe/testkit/model-server';
import { expect, it, onTestFinished } from 'vitest';
import { allowedServer } from './allowed-server.ts';
import { askServer } from './ask-server.ts';

const question = {
  ...{ model: 'big', maxTokens: 64, messages: [{ role: 'user', content: 'Why?' }] },
  schema: { name: 'pairs', schema: { type: 'object' } },
};

async function serve(answer: (before: number) => ServerReply) {
  const server = await startModelServer((_, before) => answer(before));
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

function ask(url: string, attempts = 1, signal = new AbortController().signal) {
  const asking = { timeoutMs: 10_000, attempts, signal, param: 'url' };
  return askServer({ url, key: 'sk-secret' }, question, asking);
}

it('asks with the key and the form of the answer, and reads calls and tokens', async () => {
  const call = { id: 'a', type: 'function', function: { name: 'find', arguments: '{"at": 1}' } };
  const usage = { prompt_tokens: 7, completion_tokens: 3 };
  const body = completionBody({ content: null, tool_calls: [call] }, usage);
  const { url, asked } = await serve(() => ({ status: 200, body }));
  expect(await ask(url)).toEqual({
    ...{ text: '', calls: [call] },
    usage: { promptTokens: 7, answerTokens: 3 },
  });
  const [request = expect.fail('nothing was asked')] = asked;
  expect([request.url, request.headers.authorization]).toEqual([
    ...['/v1/chat/completions', 'Bearer sk-secret'],
  ]);
  expect(request.json).toEqual({
    ...{ model: 'big', temperature: 0, seed: 1, max_tokens: 64 },
    messages: [{ role: 'user', content: 'Why?' }],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'pairs', schema: { type: 'object' }, strict: true },
    },
  });
});

it('knows the very servers that the operator allows, and no others', () => {
  const servers = [{ url: 'https://host.example/v1', key: null }];
  const find = (url: string) => allowedServer(servers, { url, param: 'lathe.x' });
  expect(find('https://HOST.example:443/v1/')).toBe(servers[0]);
  for (const url of [
    ...['https://host.example', 'https://host.example/v1/more', 'https://host.example/v1/%2e%2e'],
    ...['http://host.example/v1', 'https://host.example:8443/v1', 'https://me@host.example/v1'],
    ...['https://host.example/v1?a=b', 'https://host.example.evil/v1', 'file:///v1'],
  ])
    expect(() => find(url)).toThrow('the operator allows only others by LATHE_MODEL_SERVERS');
  expect(() => allowedServer([], { url: 'https://a/v1', param: 'lathe.x' })).toThrow('allows none');
});

it('asks again where a server is busy, as long as it is told to, and not where the question is at fault', async () => {
  const body = completionBody({ content: 'because' });
  const headers = { 'retry-after': '0' };
  const busy = await serve((before) => ({ status: before < 2 ? 429 : 200, body, headers }));
  expect(await ask(busy.url, 3)).toMatchObject({ text: 'because', usage: null });
  expect(busy.asked).toHaveLength(3);
  const down = await serve(() => ({ status: 503, body: '{}', headers }));
  await expect(ask(down.url, 2)).rejects.toThrow('answered with status 503');
  expect(down.asked).toHaveLength(2);
  const refusing = await serve(() => ({ status: 404, body: '{}' }));
  await expect(ask(refusing.url, 3)).rejects.toThrow('answered with status 404');
  expect(refusing.asked).toHaveLength(1);
});

it('stops when it is told to, also between two tries', async () => {
  const controller = new AbortController();
  const { url, asked } = await serve(() => {
    setImmediate(() => controller.abort());
    return { status: 429, body: '{}', headers: { 'retry-after': '3600' } };
  });
  await expect(ask(url, 5, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(asked).toHaveLength(1);
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
    const headers = { location: 'http://127.0.0.1:1/' };
    const { url } = await serve(() => ({ status, body, headers: status === 302 ? headers : {} }));
    const error = await ask(url).then(
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
