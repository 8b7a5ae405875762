import type { RateLimits } from '@lathe/contracts/rate-limits';
import { embeddingSubject } from '@lathe/contracts/subject';
import { RateLimitError } from 'openai';
import { expect, it, onTestFinished } from 'vitest';
import { body, hello, sayAll, startEvaluator } from '../chat/chat.fixture.ts';
import { baseModel } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { failureOf } from './failure.ts';
import { rateLimitHeaders } from './rate-limits.ts';

const gateway = oneGateway();

const limits: RateLimits = {
  limitRequests: 32,
  remainingRequests: 0,
  resetRequestsMs: 1500,
  limitTokens: 131_072,
  remainingTokens: 400,
  resetTokensMs: 90_000,
};
const refused = {
  kind: 'error' as const,
  error: {
    code: 'rate_limit_exceeded' as const,
    message: 'The project has 32 requests open, as many as it may; wait for one to end.',
    param: null,
    retryAfterMs: 20,
  },
  limits,
};
const headers = {
  'retry-after-ms': '20',
  'retry-after': '1',
  'x-ratelimit-limit-requests': '32',
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': '1.5s',
  'x-ratelimit-limit-tokens': '131072',
  'x-ratelimit-remaining-tokens': '400',
  'x-ratelimit-reset-tokens': '1m30s',
};

/** Refuses the first so many requests of a kind and answers the others. */
async function refuseFirst(count: number) {
  let asked = 0;
  return startEvaluator(gateway.nats, (request, say) =>
    ++asked <= count ? say(refused) : sayAll(hello)(request, say),
  );
}

it.each([false, true])(
  "is a 429 in OpenAI's shape beyond the project's share (streamed: %s)",
  async (stream) => {
    await refuseFirst(9);
    const error = await gateway.client.chat.completions.create({ ...body, stream }).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(RateLimitError);
    const { status, code, type, headers: told } = error as RateLimitError;
    expect({ status, code, type }).toEqual({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
    });
    expect(Object.fromEntries(told ?? [])).toMatchObject(headers);
    expect(told?.get('x-should-retry')).toBeNull();
  },
);

it('says that asking again is pointless where the evaluator knows it, whatever the code', async () => {
  const error = { code: 'internal_error', message: 'No.', param: null, retryable: false } as const;
  await startEvaluator(gateway.nats, (_, say) => say({ kind: 'error', error }));
  const response = await gateway.fetch('/v1/chat/completions', {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  });
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([500, 'false']);
});

it.each([false, true])(
  'the official client tries again by itself (streamed: %s)',
  async (stream) => {
    const { requests } = await refuseFirst(2);
    const client = gateway.client.withOptions({ maxRetries: 2 });
    const answer = await client.chat.completions.create({ ...body, stream });
    if (Symbol.asyncIterator in answer) for await (const _ of answer);
    expect(requests).toHaveLength(3);
  },
);

it('the official client tries again for vectors, too', async () => {
  let asked = 0;
  const { connection } = gateway.nats;
  const data = Buffer.from(Float32Array.of(0.6, 0.8).buffer).toString('base64');
  const subscription = connection.subscribe(embeddingSubject, {
    callback: (_error, message) => {
      if (++asked === 1) return void message.respond(JSON.stringify(refused));
      for (const reply of [
        { kind: 'accepted', limits },
        { kind: 'vectors', dimensions: 2, data },
        { kind: 'done', promptTokens: 1 },
      ])
        message.respond(JSON.stringify(reply));
    },
  });
  onTestFinished(() => subscription.unsubscribe());
  await connection.flush();
  const client = gateway.client.withOptions({ maxRetries: 1 });
  const { data: list, response } = await client.embeddings
    .create({ model: baseModel.name, input: 'x' })
    .withResponse();
  expect(list.data).toHaveLength(1);
  expect(asked).toBe(2);
  expect(response.headers.get('x-ratelimit-limit-requests')).toBe('32');
});

it.each([false, true])('an answer tells what is left (streamed: %s)', async (stream) => {
  await startEvaluator(gateway.nats, (_request, say) => {
    say({ kind: 'accepted', limits: { ...limits, remainingRequests: 31 } });
    hello.slice(1).forEach(say);
  });
  const { response } = await gateway.client.chat.completions
    .create({ ...body, stream })
    .withResponse();
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('31');
  expect(response.headers.get('retry-after')).toBeNull();
  await response.body?.cancel().catch(() => undefined);
});

it('every 503 says when to try again', async () => {
  // Nobody answers.
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(response.headers.get('retry-after-ms')).toBe('1000');
});

it('writes times as OpenAI does', () => {
  const reset = (resetRequestsMs: number) =>
    rateLimitHeaders({ ...limits, resetRequestsMs })['x-ratelimit-reset-requests'];
  expect([0, 120, 1000, 2345, 61_000].map(reset)).toEqual(['0ms', '120ms', '1s', '2.35s', '1m1s']);
});

it('a failure that waiting cannot mend says nothing of when to try again', () => {
  expect(failureOf(new Error('x')).headers).not.toHaveProperty('retry-after');
});
