import { baseModelsProject, modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { freeze } from '@lathe/testkit/freeze';
import { describe, expect, it } from 'vitest';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { chatRequest, collect } from '../integration/records.fixture.ts';

const evaluator = oneEvaluator({ waitingMs: 20, projectRequests: 24 });

describe('base models', () => {
  it('are announced with their size when the engine knows them, and only then', async () => {
    const names = (await evaluator.service.models.list(baseModelsProject)).map(
      (entry) => entry.value.name,
    );
    expect(names).toEqual(['tiny']);
    const record = await evaluator.service.models.get(modelKey(baseModelsProject, 'tiny'));
    expect(record?.value).toMatchObject({ kind: 'base', maxPositions: 512, parameters: 24_608 });
  });
});

describe('a chat', () => {
  it('is accepted, answered in text, finished and accounted for', async () => {
    const { kinds, texts, reasons, last } = await collect(evaluator.service.ask({}));
    expect(kinds[0]).toBe('accepted');
    expect(kinds.slice(-2)).toEqual(['finish', 'done']);
    expect(texts[0]).not.toBe('');
    expect(reasons).toEqual(['length']);
    // <|user|> hello <|end|> <|assistant|>: each byte is a token.
    expect(last).toEqual({
      kind: 'done',
      usage: {
        ...{ prompt_tokens: 8, completion_tokens: 8, total_tokens: 16 },
        prompt_tokens_details: { cached_tokens: 0 },
      },
    });
  });

  it('says the same to the same seed, and several things for several choices', async () => {
    const wild = { temperature: 1.5, choices: 3, maxTokens: 20 };
    const first = await collect(evaluator.service.ask({ ...wild, seed: 5 }));
    const again = await collect(evaluator.service.ask({ ...wild, seed: 5 }));
    const other = await collect(evaluator.service.ask({ ...wild, seed: 6 }));
    expect(again.texts).toEqual(first.texts);
    expect(new Set(first.texts).size).toBe(3);
    expect(other.texts).not.toEqual(first.texts);
    expect(first.last).toMatchObject({ usage: { prompt_tokens: 8 } });
  });

  it('stops before a stop text, across tokens, and does not show it', async () => {
    const bias = evaluator.biasTo('abc');
    const free = await collect(evaluator.service.ask({ logitBias: bias, maxTokens: 40 }));
    const text = free.texts[0] ?? '';
    const stop = text.slice(10, 13);
    const stopped = await collect(
      evaluator.service.ask({ logitBias: bias, maxTokens: 40, stop: [stop] }),
    );
    expect(stopped.texts[0] ?? '').toBe(text.slice(0, text.indexOf(stop)));
    expect(stopped.reasons).toEqual(['stop']);
  });

  it('never splits a character, whatever tokens come', async () => {
    const pieces: string[] = [];
    const wild = { temperature: 2, maxTokens: 200, logitBias: evaluator.biasTo('é🙂') };
    for await (const reply of evaluator.service.ask(wild))
      if (reply.kind === 'text') pieces.push(reply.text);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.join('')).toMatch(/[é🙂]/u);
  });

  it('tells log-probabilities of exactly the shown tokens', async () => {
    const entries: { token: string; logprob: number; top: number }[] = [];
    let text = '';
    for await (const reply of evaluator.service.ask({
      topLogprobs: 3,
      logitBias: evaluator.biasTo('xyz'),
    }))
      if (reply.kind === 'text') {
        text += reply.text;
        for (const each of reply.logprobs ?? [])
          entries.push({ ...each, top: each.top_logprobs.length });
      }
    expect(entries.map((entry) => entry.token).join('')).toBe(text);
    expect(entries).toHaveLength(8);
    expect(entries.every((entry) => entry.logprob <= 0 && entry.top === 3)).toBe(true);
  });

  it('keeps to a JSON Schema, however wild the sampling', async () => {
    const schema = {
      type: 'object',
      properties: {
        intent: { enum: ['refund', 'delivery'] },
        words: { type: 'array', items: { type: 'string', maxLength: 4 }, maxItems: 3 },
        sure: { type: 'boolean' },
      },
      required: ['intent', 'words', 'sure'],
      additionalProperties: false,
    };
    const wild = { temperature: 2, choices: 4, maxTokens: 200, seed: 3, schema };
    const { texts, reasons } = await collect(evaluator.service.ask(wild));
    expect(reasons).toEqual(['stop', 'stop', 'stop', 'stop']);
    for (const text of texts) {
      const { intent, words, sure } = JSON.parse(text) as Record<string, unknown>;
      expect(['refund', 'delivery']).toContain(intent);
      expect(typeof sure).toBe('boolean');
      expect((words as string[]).every((word) => [...word].length <= 4)).toBe(true);
    }
  });

  it('keeps to patterns, formats and bounds, and refuses a schema that nothing meets', async () => {
    const schema = {
      type: 'object',
      properties: {
        order: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$' },
        on: { type: 'string', format: 'date' },
        stars: { type: 'integer', minimum: 1, maximum: 5 },
      },
      required: ['order', 'on', 'stars'],
      additionalProperties: false,
    };
    const wild = { temperature: 2, choices: 2, maxTokens: 200, seed: 5, schema };
    const { texts, reasons } = await collect(evaluator.service.ask(wild));
    expect(reasons).toEqual(['stop', 'stop']);
    for (const text of texts) {
      const { order, on, stars } = JSON.parse(text) as { order: string; on: string; stars: number };
      expect(order).toMatch(/^[A-Z]{2}-\d{4}$/);
      expect(new Date(on).toISOString().slice(0, 10)).toBe(on);
      expect([1, 2, 3, 4, 5]).toContain(stars);
    }
    const hopeless = {
      type: 'object',
      properties: { age: { type: 'integer', minimum: 3, maximum: 2 } },
    };
    const refused = await collect(evaluator.service.ask({ schema: hopeless }));
    expect(refused.last).toEqual({
      kind: 'error',
      error: {
        code: 'invalid_value',
        message:
          "Invalid value for 'response_format.json_schema.schema': properties.age.minimum leaves no whole number within ±(2^53 − 1) together with maximum 2.",
        param: 'response_format.json_schema.schema',
      },
    });
  });

  it('refuses what does not fit the context, and unknown models', async () => {
    const long = [{ role: 'user' as const, content: 'x'.repeat(600) }];
    const tooLong = await collect(evaluator.service.ask({ messages: long, maxTokens: null }));
    expect(tooLong.last).toEqual({
      kind: 'error',
      error: {
        code: 'context_length_exceeded',
        message: "This model's maximum context length is 512 tokens, but the messages have 603.",
        param: 'messages',
      },
    });
    const tooMuch = await collect(evaluator.service.ask({ maxTokens: 511 }));
    expect(tooMuch.last).toMatchObject({
      error: { code: 'context_length_exceeded', param: 'max_tokens' },
    });
    const unknown = await collect(evaluator.service.ask({ model: 'nobody' }));
    expect(unknown.last).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  });

  it('fills the context and no more when no limit is given', async () => {
    const { last, reasons } = await collect(
      evaluator.service.ask({ maxTokens: null, logitBias: evaluator.biasTo('ab') }),
    );
    expect(reasons).toEqual(['length']);
    expect(last).toMatchObject({ usage: { prompt_tokens: 8, completion_tokens: 504 } });
  });

  it('ends when the client cancels', async () => {
    // Long enough that no machine is done before the cancellation has come.
    const endless = { maxTokens: null, logitBias: evaluator.biasTo('ab'), choices: 16 };
    const request = { ...chatRequest(), ...endless };
    const kinds: string[] = [];
    for await (const reply of evaluator.service.ask(request)) {
      kinds.push(reply.kind);
      if (kinds.length === 3) evaluator.service.cancel(request.requestId);
      if (reply.kind === 'error') expect(reply.error.code).toBe('cancelled');
    }
    expect(kinds.at(-1)).toBe('error');
    expect(kinds.length).toBeLessThan(4000);
  });

  it('answers many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, seed) =>
        collect(evaluator.service.ask({ seed, maxTokens: 10 })),
      ),
    );
    expect(all.every(({ last }) => last?.kind === 'done')).toBe(true);
    expect(new Set(all.map(({ texts }) => texts[0])).size).toBe(1);
  });
});

describe('two projects', () => {
  it("do not stop each other: one has its share, and the other's short answer comes at once", async () => {
    const endless = {
      maxTokens: null,
      logitBias: evaluator.biasTo('ab'),
      choices: 16,
      project: 'many',
    };
    const requests = Array.from({ length: 24 }, () => ({ ...chatRequest(), ...endless }));
    const accepted = Promise.withResolvers<void>();
    let open = 0;
    const answers = requests.map(async (request) => {
      for await (const reply of evaluator.service.ask(request)) {
        if (reply.kind === 'accepted' && ++open === requests.length) accepted.resolve();
        if (reply.kind === 'done' || reply.kind === 'error') open--;
      }
    });
    await accepted.promise;
    const [refused] = await Array.fromAsync(evaluator.service.ask(endless));
    expect(refused).toMatchObject({
      kind: 'error',
      error: { code: 'rate_limit_exceeded', retryAfterMs: expect.any(Number) },
      limits: { limitRequests: 24, remainingRequests: 0 },
    });
    const { kinds, last } = await collect(evaluator.service.ask({ project: 'few', maxTokens: 8 }));
    expect([kinds[0], last?.kind]).toEqual(['accepted', 'done']);
    expect(open).toBe(24);
    for (const { requestId } of requests) evaluator.service.cancel(requestId);
    await Promise.all(answers);
  });
});

describe('faults', () => {
  it('ends open requests clearly when the engine is killed, and answers again', async () => {
    const before = evaluator.service.enginePid;
    const kinds: string[] = [];
    let error: unknown;
    const endless = { maxTokens: null, logitBias: evaluator.biasTo('ab'), choices: 16 };
    for await (const reply of evaluator.service.ask(endless)) {
      kinds.push(reply.kind);
      if (kinds.length === 3) process.kill(evaluator.service.enginePid ?? 0, 'SIGKILL');
      if (reply.kind === 'error') error = reply.error;
    }
    expect(error).toMatchObject({ code: 'unavailable' });
    const { last } = await collect(evaluator.service.ask({}));
    expect(last?.kind).toBe('done');
    expect(evaluator.service.enginePid).not.toBe(before);
  });

  it('keeps saying that it waits', async () => {
    const pid = evaluator.service.enginePid ?? 0;
    await freeze(pid);
    const kinds: string[] = [];
    for await (const reply of evaluator.service.ask({})) {
      kinds.push(reply.kind);
      if (kinds.length === 4) process.kill(pid, 'SIGCONT');
    }
    expect(kinds.slice(0, 4)).toEqual(['accepted', 'waiting', 'waiting', 'waiting']);
    expect(kinds.at(-1)).toBe('done');
  });
});

it('announces which models are in memory, whose, how large and since when, until they are gone', async () => {
  const began = Date.now();
  const { service } = evaluator;
  const name = await service.addTuned('adapter', 31);
  const held = async () => (await service.evaluators.list('')).flatMap(({ value }) => value.models);
  await collect(service.ask({ model: name }));
  await expect.poll(held).toHaveLength(2);
  const [base, adapter] = await held();
  expect(base).toMatchObject({ project: null, name: 'tiny', base: null });
  expect(adapter).toMatchObject({ project: 'default', name, base: 'tiny' });
  // Its 24,608 numbers, of which the engine may keep some in two forms; the adapter is smaller.
  expect(base?.bytes).toBeGreaterThanOrEqual(24_608 * 4);
  expect(adapter?.bytes).toBeGreaterThan(0);
  expect(adapter?.bytes).toBeLessThan(base?.bytes ?? 0);
  expect(adapter?.sinceMs).toBeGreaterThanOrEqual(began);
  const [record] = await service.evaluators.list('');
  expect(record?.value.expiresAt).toBeGreaterThan(Date.now());

  const stored = await service.models.get(modelKey('default', name));
  const manifestKey = stored?.value.kind === 'adapter' ? stored.value.manifestKey : '';
  await service.models.delete(modelKey('default', name));
  const deleted = JSON.stringify({ project: 'default', name, manifestKey });
  service.nats.connection.publish(modelDeletedSubject, deleted);
  await expect.poll(held).toMatchObject([{ name: 'tiny' }]);
});
