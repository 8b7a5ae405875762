import type { InferenceReply } from '@lathe/contracts/message/inference';
import fc from 'fast-check';
import { APIError } from 'openai';
import { expect, onTestFinished, test } from 'vitest';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { body, hello, pause, sayAll, startEvaluator, text, usage } from './chat.fixture.ts';

const gateway = oneGateway();

const evaluator = (answer: Parameters<typeof startEvaluator>[1]) =>
  startEvaluator(gateway.nats, answer);
const complete = (extra: object = {}) =>
  gateway.client.chat.completions.create({ ...body, ...extra });
const stream = (extra: object = {}) =>
  gateway.client.chat.completions.create({ ...body, ...extra, stream: true });
async function failure(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    (value) => value,
    (cause: unknown) => cause,
  );
  if (!(error instanceof APIError)) throw new Error(`no APIError but ${JSON.stringify(error)}`);
  return error;
}

test('a failure before the first piece has its own status, streamed or not', async () => {
  await evaluator(
    sayAll([
      { kind: 'accepted' },
      {
        kind: 'error',
        error: { code: 'context_length_exceeded', message: 'Too long.', param: 'messages' },
      },
    ]),
  );
  for (const error of await Promise.all([complete(), stream()].map(failure)))
    expect(error).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'messages',
    });
});

test('a schema that no answer can meet is a 400 that names the place', async () => {
  const error = {
    code: 'invalid_value' as const,
    message:
      "Invalid value for 'response_format.json_schema.schema': properties.age.minimum leaves no whole number within ±(2^53 − 1) together with maximum 2.",
    param: 'response_format.json_schema.schema',
  };
  await evaluator(sayAll([{ kind: 'accepted' }, { kind: 'error', error }]));
  const age = { type: 'integer', minimum: 3, maximum: 2 };
  const schema = { type: 'object', properties: { age }, required: ['age'] };
  const format = { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } };
  const calls = [complete({ response_format: format }), stream({ response_format: format })];
  for (const told of await Promise.all(calls.map(failure))) {
    expect(told).toMatchObject({ status: 400, code: 'invalid_value', param: error.param });
    expect(told.message).toContain('properties.age.minimum leaves no whole number');
  }
});

test('a late failure is told inside the stream', async () => {
  await evaluator(
    sayAll([
      { kind: 'accepted' },
      text('Hel'),
      { kind: 'error', error: { code: 'internal_error', message: 'It broke.', param: null } },
    ]),
  );
  const seen: string[] = [];
  const error = await failure(
    (async () => {
      for await (const chunk of await stream()) seen.push(chunk.choices[0]?.delta.content ?? '');
    })(),
  );
  expect(seen).toContain('Hel');
  expect(error.message).toContain('It broke.');
});

test('without an evaluator the answer is 503', async () => {
  for (const error of await Promise.all([complete(), stream()].map(failure)))
    expect(error).toMatchObject({ status: 503, code: 'unavailable' });
});

test('the evaluator is told when the client leaves, streamed or not', async () => {
  let testIsOver = false;
  onTestFinished(() => {
    testIsOver = true;
  });
  const { requests, cancelled } = await evaluator(async (_request, say) => {
    say({ kind: 'accepted' });
    while (!testIsOver) {
      say(text('x'));
      await pause(50);
    }
  });
  const streamed = await stream();
  for await (const chunk of streamed) if (chunk.choices[0]?.delta.content === 'x') break;
  await expect.poll(() => cancelled).toEqual([requests[0]?.requestId]);
  const controller = new AbortController();
  const plain = gateway.client.chat.completions.create(body, { signal: controller.signal });
  await expect.poll(() => requests.length).toBe(2);
  controller.abort();
  await expect(plain).rejects.toThrow('aborted');
  await expect.poll(() => cancelled).toEqual(requests.map(({ requestId }) => requestId));
});

const tool = (name: string) => ({ type: 'function', function: { name } });
const named = tool;
const asked = { role: 'user', content: 'q' };
const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const called = { role: 'assistant', content: null, tool_calls: [call] };
const returned = { role: 'tool', tool_call_id: 'c', content: 'r' };

test.each([
  [{ model: 'gpt-9' }, 404, 'model_not_found', 'model'],
  [{ messages: [] }, 400, 'invalid_value', 'messages'],
  [{ messages: [{ role: 'user' }] }, 400, 'invalid_value', 'messages[0].content'],
  [{ messages: [{ role: 'pirate', content: 'x' }] }, 400, 'invalid_value', 'messages[0].role'],
  [{ temperature: 3 }, 400, 'invalid_value', 'temperature'],
  [{ tools: [{ type: 'function' }] }, 400, 'missing_parameter', 'tools[0].function'],
  [{ tools: [tool('two words')] }, 400, 'invalid_value', 'tools[0].function.name'],
  [{ tools: [tool('f'), tool('f')] }, 400, 'invalid_value', 'tools'],
  [{ tool_choice: 'required' }, 400, 'invalid_value', 'tool_choice'],
  [{ tools: [tool('f')], tool_choice: named('g') }, 400, 'invalid_value', 'tool_choice'],
  [
    { messages: [{ role: 'assistant', content: 'a', tool_calls: [{ id: 'call_1' }] }] },
    400,
    'missing_parameter',
    'messages[0].tool_calls[0].type',
  ],
  [{ messages: [asked, called, asked] }, 400, 'invalid_value', 'messages[1].tool_calls'],
  [{ messages: [asked, returned] }, 400, 'invalid_value', 'messages[1].tool_call_id'],
  [
    { messages: [asked, called, { role: 'tool', content: 'r' }] },
    400,
    'missing_parameter',
    'messages[2].tool_call_id',
  ],
  [
    { messages: [{ ...asked, tool_calls: called.tool_calls }] },
    400,
    'invalid_value',
    'messages[0].tool_calls',
  ],
  [{ top_logprobs: 2 }, 400, 'invalid_value', 'top_logprobs'],
  [{ stream_options: { include_usage: true } }, 400, 'invalid_value', 'stream_options'],
  [{ metadata: { team: 'a' } }, 400, 'invalid_value', 'metadata'],
  [{ metadata: { team: 'a' }, store: false }, 400, 'invalid_value', 'metadata'],
  [{ max_tokens: 1, max_completion_tokens: 2 }, 400, 'invalid_value', 'max_tokens'],
  [{ stop: [''] }, 400, 'invalid_value', 'stop'],
])('%j is refused by name', async (extra, status, code, param) => {
  const { requests } = await evaluator(sayAll(hello));
  expect(await failure(complete(extra))).toMatchObject({ status, code, param });
  expect(requests).toEqual([]);
});

test('an evaluator that answers what nobody asked, or stops half-way, is our failure', async () => {
  await evaluator(sayAll([{ kind: 'accepted' }, text('x', 7), { kind: 'done', usage }]));
  expect(await failure(complete())).toMatchObject({ status: 500, code: 'internal_error' });
});

test('nonsense from an evaluator fails its own request, streamed or not, and the next is answered', async () => {
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...oddReplies));
  let said: readonly unknown[] = [];
  await evaluator((_request, say) => {
    for (const reply of said) say(reply as InferenceReply);
    // An end that is none, so that nobody waits.
    say({ kind: 'done' } as InferenceReply);
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(junk, { maxLength: 3 }),
      fc.boolean(),
      async (replies, isStreamed) => {
        said = replies;
        const response = await gateway.fetch('/v1/chat/completions', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...body, stream: isStreamed }),
        });
        const told = await response.text();
        expect(response.status === 500 || isStreamed, told).toBe(true);
        expect(told).toContain('The evaluator');
      },
    ),
    { numRuns: 40 },
  );
  said = hello;
  expect((await complete()).choices[0]?.message.content).toBe('Hello');
});

const logprob = { token: 'a', logprob: null, bytes: null, top_logprobs: [] };
const oddReplies = [
  ...[
    { kind: 'text', choice: 0, text: 1, logprobs: null },
    { kind: 'finish', choice: 0 },
  ],
  ...[{ kind: 'text', choice: 0, text: 'a', logprobs: [logprob] }, { kind: 'accepted' }],
  ...[
    { kind: 'text', choice: -1, text: 'a', logprobs: null },
    { kind: 'error', error: {} },
  ],
];

test('an answer that ends without finishing is a failure, not a short text', async () => {
  await evaluator(sayAll([{ kind: 'accepted' }, text('x'), { kind: 'done', usage }]));
  expect(await failure(complete())).toMatchObject({ status: 500, code: 'internal_error' });
});

test('messages that no NATS message can carry are refused', async () => {
  await evaluator(sayAll(hello));
  const messages = [{ role: 'user', content: 'x'.repeat(1_100_000) }];
  expect(await failure(complete({ messages }))).toMatchObject({ status: 400, param: 'messages' });
});
