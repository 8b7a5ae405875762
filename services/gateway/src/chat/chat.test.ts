import { expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { body, finish, hello, sayAll, startEvaluator, text, usage } from './chat.fixture.ts';

const gateway = oneGateway({ inferenceAcceptMs: 300, inferenceSilenceMs: 300 });

const evaluator = (answer: Parameters<typeof startEvaluator>[1]) =>
  startEvaluator(gateway.nats, answer);
const complete = (extra: object = {}) =>
  gateway.client.chat.completions.create({ ...body, ...extra });
const stream = (extra: object = {}) =>
  gateway.client.chat.completions.create({ ...body, ...extra, stream: true });

test('a completion is collected, with defaults resolved for the evaluator', async () => {
  const { requests, cancelled } = await evaluator(sayAll(hello));
  const completion = await complete({
    messages: [
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'user', content: 'Hi', name: 'Ann' },
    ],
  });
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: 'lathe-tiny',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage,
  });
  expect(completion.id).toMatch(/^chatcmpl-/);
  expect(requests[0]).toMatchObject({
    project,
    model: 'lathe-tiny',
    messages: [
      { role: 'developer', content: 'ab' },
      { role: 'user', content: 'Hi', name: 'Ann' },
    ],
    temperature: 1,
    topP: 1,
    maxTokens: null,
    stop: [],
    seed: null,
    choices: 1,
    topLogprobs: null,
    schema: null,
    logitBias: {},
    presencePenalty: 0,
    frequencyPenalty: 0,
  });
  expect(cancelled).toEqual([]);
});

test('every parameter reaches the evaluator', async () => {
  const { requests } = await evaluator(sayAll(hello));
  await complete({
    temperature: 0,
    top_p: 0.5,
    max_completion_tokens: 7,
    stop: 'END',
    seed: 3,
    logit_bias: { '5': -100 },
    presence_penalty: 1,
    frequency_penalty: -1,
    response_format: { type: 'text' },
    store: false,
    user: 'u',
  });
  expect(requests[0]).toMatchObject({
    temperature: 0,
    topP: 0.5,
    maxTokens: 7,
    stop: ['END'],
    seed: 3,
    logitBias: { '5': -100 },
    presencePenalty: 1,
    frequencyPenalty: -1,
  });
});

test.each<[unknown, unknown]>([
  [{ type: 'json_object' }, { type: 'object' }],
  [{ type: 'json_schema', json_schema: { name: 'any' } }, { type: 'object' }],
  [
    {
      type: 'json_schema',
      json_schema: { name: 'a-b', strict: true, schema: { const: [1, null] } },
    },
    { const: [1, null] },
  ],
  [
    {
      type: 'json_schema',
      json_schema: {
        name: 'order',
        schema: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$', format: 'uuid', maxLength: 7 },
      },
    },
    { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$', format: 'uuid', maxLength: 7 },
  ],
  [
    {
      type: 'json_schema',
      json_schema: { name: 'share', schema: { type: 'number', minimum: 0, multipleOf: 0.01 } },
    },
    { type: 'number', minimum: 0, multipleOf: 0.01 },
  ],
])('the form %j reaches the evaluator', async (format, schema) => {
  const { requests } = await evaluator(sayAll(hello));
  await complete({ response_format: format as { type: 'json_object' } });
  expect(requests[0]?.schema).toEqual(schema);
});

test('several choices and log-probabilities come back in their places', async () => {
  const logprob = { token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] };
  const { requests } = await evaluator(
    sayAll([
      { kind: 'accepted' },
      { kind: 'text', choice: 1, text: 'b', logprobs: [logprob] },
      { kind: 'text', choice: 0, text: 'a', logprobs: [logprob, logprob] },
      { kind: 'finish', choice: 1, reason: 'length' },
      finish(0),
      { kind: 'done', usage },
    ]),
  );
  const { choices } = await complete({ n: 2, logprobs: true, top_logprobs: 3 });
  expect(requests[0]).toMatchObject({ choices: 2, topLogprobs: 3 });
  expect(choices.map(({ message }) => message.content)).toEqual(['a', 'b']);
  expect(choices.map((choice) => choice.finish_reason)).toEqual(['stop', 'length']);
  expect(choices[0]?.logprobs?.content).toEqual([logprob, logprob]);
  expect(choices[1]?.logprobs?.content).toEqual([logprob]);
});

test('a stream has role, text, finish and usage chunks, and its terminator', async () => {
  await evaluator(sayAll(hello));
  const chunks = [];
  for await (const chunk of await stream({ stream_options: { include_usage: true } }))
    chunks.push(chunk);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '', refusal: null },
    { content: 'Hel' },
    { content: 'lo' },
    {},
    undefined,
  ]);
  expect(chunks.map((chunk) => chunk.usage)).toEqual([null, null, null, null, usage]);
  expect(chunks.at(3)?.choices[0]?.finish_reason).toBe('stop');
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ ...body, stream: true }),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const wire = await response.text();
  expect(wire.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(wire).toContain(': waiting');
  expect(wire).not.toContain('"usage"');
});

test('the client’s own helper puts a stream together', async () => {
  await evaluator(sayAll(hello));
  const runner = gateway.client.chat.completions.stream({ ...body, stream: true });
  expect(await runner.finalContent()).toBe('Hello');
});

test('pieces arrive while the answer is still being made', async () => {
  const rest = Promise.withResolvers<void>();
  await evaluator(async (_request, say) => {
    say({ kind: 'accepted' });
    say(text('now'));
    await rest.promise;
    say(finish());
    say({ kind: 'done', usage });
  });
  const contents: string[] = [];
  for await (const chunk of await stream()) {
    contents.push(chunk.choices[0]?.delta.content ?? '');
    if (contents.at(-1) === 'now') rest.resolve();
  }
  expect(contents).toContain('now');
});
