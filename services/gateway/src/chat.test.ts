import {
  type InferenceReply,
  type InferenceRequest,
  inferenceRequestSchema,
} from '@lathe/contracts/message/inference';
import { inferenceQueue, inferenceSubject } from '@lathe/contracts/subject';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { APIError } from 'openai';
import type { ChatCompletionCreateParamsNonStreaming as Params } from 'openai/resources/chat/completions';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { baseModel, openGateway, project, type TestGateway } from './gateway-fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let gateway: TestGateway;
let closers: (() => void)[] = [];

beforeAll(async () => {
  [nats, folder] = await Promise.all([startNats(), tempFolder()]);
  gateway = await openGateway(
    { natsUrl: nats.url, folder: folder.path },
    { inferenceAcceptMs: 300, inferenceSilenceMs: 300 },
  );
  await gateway.addModel(baseModel);
});
afterEach(() => {
  for (const close of closers) close();
  closers = [];
});
afterAll(async () => {
  await gateway.stop();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

type Say = (reply: InferenceReply) => void;

/** A small evaluator that answers as told, over the real wire. */
async function evaluator(answer: (request: InferenceRequest, say: Say) => Promise<void> | void) {
  const requests: InferenceRequest[] = [];
  const cancelled: string[] = [];
  const { connection } = gateway.nats;
  const asked = connection.subscribe(inferenceSubject, {
    queue: inferenceQueue,
    callback: (_error, message) => {
      const request = inferenceRequestSchema.parse(message.json());
      requests.push(request);
      void answer(request, (reply) => message.respond(JSON.stringify(reply)));
    },
  });
  const left = connection.subscribe('lathe.inference.cancel.*', {
    callback: (_error, message) => void cancelled.push(message.subject.split('.').at(-1) ?? ''),
  });
  closers.push(() => {
    asked.unsubscribe();
    left.unsubscribe();
  });
  await connection.flush();
  return { requests, cancelled };
}
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const text = (piece: string, choice = 0): InferenceReply => ({
  kind: 'text',
  choice,
  text: piece,
  logprobs: null,
});
const finish = (choice = 0): InferenceReply => ({ kind: 'finish', choice, reason: 'stop' });
const hello: InferenceReply[] = [
  { kind: 'accepted' },
  text('Hel'),
  { kind: 'waiting' },
  text('lo'),
  finish(),
  { kind: 'done', usage },
];
const sayAll = (replies: InferenceReply[]) => (_request: InferenceRequest, say: Say) =>
  replies.forEach(say);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const body: Params = { model: 'lathe-tiny', messages: [{ role: 'user', content: 'Hi' }] };
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
  for (const call of [complete(), stream()])
    expect(await failure(call)).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'messages',
    });
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
  for (const call of [complete(), stream()])
    expect(await failure(call)).toMatchObject({ status: 503, code: 'unavailable' });
});

test('an evaluator that falls silent is given up and told to stop', async () => {
  const { requests, cancelled } = await evaluator(sayAll([{ kind: 'accepted' }]));
  expect(await failure(complete())).toMatchObject({ status: 504, code: 'timeout' });
  await expect.poll(() => cancelled).toEqual([requests[0]?.requestId]);
});

test('heartbeats keep a slow answer alive', async () => {
  await evaluator(async (_request, say) => {
    say({ kind: 'accepted' });
    for (let beat = 0; beat < 5; beat++) {
      await pause(150);
      say({ kind: 'waiting' });
    }
    hello.forEach(say);
  });
  expect((await complete()).choices[0]?.message.content).toBe('Hello');
});

test('the evaluator is told when the client leaves, streamed or not', async () => {
  const { requests, cancelled } = await evaluator(async (_request, say) => {
    say({ kind: 'accepted' });
    for (let beat = 0; beat < 20; beat++) {
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

test.each([
  [{ model: 'gpt-9' }, 404, 'model_not_found', 'model'],
  [{ messages: [] }, 400, 'invalid_value', 'messages'],
  [{ messages: [{ role: 'user' }] }, 400, 'invalid_value', 'messages[0].content'],
  [{ messages: [{ role: 'pirate', content: 'x' }] }, 400, 'invalid_value', 'messages[0].role'],
  [{ temperature: 3 }, 400, 'invalid_value', 'temperature'],
  [{ tools: [] }, 400, 'unsupported_parameter', 'tools'],
  [{ top_logprobs: 2 }, 400, 'invalid_value', 'top_logprobs'],
  [{ stream_options: { include_usage: true } }, 400, 'invalid_value', 'stream_options'],
  [{ max_tokens: 1, max_completion_tokens: 2 }, 400, 'invalid_value', 'max_tokens'],
  [{ stop: [''] }, 400, 'invalid_value', 'stop'],
])('%j is refused by name', async (extra, status, code, param) => {
  const { requests } = await evaluator(sayAll(hello));
  expect(await failure(complete(extra))).toMatchObject({ status, code, param });
  expect(requests).toEqual([]);
});
