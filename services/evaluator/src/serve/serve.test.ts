import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseModelsProject, modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { weightsDigest } from '@lathe/platform/model-digest';
import { freeze } from '@lathe/testkit/freeze';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyChatTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvaluator, paddedRows, type TestEvaluator } from '../integration/evaluator.fixture.ts';
import { chatRequest, collect } from '../integration/records.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: TestEvaluator;

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  await mkdir(join(folder.path, 'models', 'odd'), { recursive: true });
  await writeFile(join(folder.path, 'models', 'odd', 'config.json'), '{"model_type": "other"}');
  const overrides = { waitingMs: 20, modelScanMs: 100, mergedModels: 1, projectRequests: 24 };
  service = await openEvaluator({ natsUrl: nats.url, folder: folder.path }, overrides);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe('base models', () => {
  it('are announced with their size when the engine knows them, and only then', async () => {
    const names = (await service.models.list(baseModelsProject)).map((entry) => entry.value.name);
    expect(names).toEqual(['tiny']);
    const record = await service.models.get(modelKey(baseModelsProject, 'tiny'));
    expect(record?.value).toMatchObject({ kind: 'base', maxPositions: 512, parameters: 24_608 });
  });
});

describe('a chat', () => {
  it('is accepted, answered in text, finished and accounted for', async () => {
    const { kinds, texts, reasons, last } = await collect(service.ask({}));
    expect(kinds[0]).toBe('accepted');
    expect(kinds.slice(-2)).toEqual(['finish', 'done']);
    expect(texts[0]).not.toBe('');
    expect(reasons).toEqual(['length']);
    // <|user|> hello <|end|> <|assistant|>: each byte is a token.
    expect(last).toEqual({
      kind: 'done',
      usage: { prompt_tokens: 8, completion_tokens: 8, total_tokens: 16 },
    });
  });

  it('says the same to the same seed, and several things for several choices', async () => {
    const wild = { temperature: 1.5, choices: 3, maxTokens: 20 };
    const first = await collect(service.ask({ ...wild, seed: 5 }));
    const again = await collect(service.ask({ ...wild, seed: 5 }));
    const other = await collect(service.ask({ ...wild, seed: 6 }));
    expect(again.texts).toEqual(first.texts);
    expect(new Set(first.texts).size).toBe(3);
    expect(other.texts).not.toEqual(first.texts);
    expect(first.last).toMatchObject({ usage: { prompt_tokens: 8 } });
  });

  it('stops before a stop text, across tokens, and does not show it', async () => {
    const bias = biasTo('abc');
    const free = await collect(service.ask({ logitBias: bias, maxTokens: 40 }));
    const text = free.texts[0] ?? '';
    const stop = text.slice(10, 13);
    const stopped = await collect(service.ask({ logitBias: bias, maxTokens: 40, stop: [stop] }));
    expect(stopped.texts[0] ?? '').toBe(text.slice(0, text.indexOf(stop)));
    expect(stopped.reasons).toEqual(['stop']);
  });

  it('never splits a character, whatever tokens come', async () => {
    const pieces: string[] = [];
    const wild = { temperature: 2, maxTokens: 200, logitBias: biasTo('é🙂') };
    for await (const reply of service.ask(wild)) if (reply.kind === 'text') pieces.push(reply.text);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.join('')).toMatch(/[é🙂]/u);
  });

  it('tells log-probabilities of exactly the shown tokens', async () => {
    const entries: { token: string; logprob: number; top: number }[] = [];
    let text = '';
    for await (const reply of service.ask({ topLogprobs: 3, logitBias: biasTo('xyz') }))
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
    const { texts, reasons } = await collect(service.ask(wild));
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
    const { texts, reasons } = await collect(service.ask(wild));
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
    const refused = await collect(service.ask({ schema: hopeless }));
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
    const tooLong = await collect(service.ask({ messages: long, maxTokens: null }));
    expect(tooLong.last).toEqual({
      kind: 'error',
      error: {
        code: 'context_length_exceeded',
        message: "This model's maximum context length is 512 tokens, but the messages have 603.",
        param: 'messages',
      },
    });
    const tooMuch = await collect(service.ask({ maxTokens: 511 }));
    expect(tooMuch.last).toMatchObject({
      error: { code: 'context_length_exceeded', param: 'max_tokens' },
    });
    const unknown = await collect(service.ask({ model: 'nobody' }));
    expect(unknown.last).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  });

  it('fills the context and no more when no limit is given', async () => {
    const { last, reasons } = await collect(
      service.ask({ maxTokens: null, logitBias: biasTo('ab') }),
    );
    expect(reasons).toEqual(['length']);
    expect(last).toMatchObject({ usage: { prompt_tokens: 8, completion_tokens: 504 } });
  });

  it('ends when the client cancels', async () => {
    // Long enough that no machine is done before the cancellation has come.
    const endless = { maxTokens: null, logitBias: biasTo('ab'), choices: 16 };
    const request = { ...chatRequest(), ...endless };
    const kinds: string[] = [];
    for await (const reply of service.ask(request)) {
      kinds.push(reply.kind);
      if (kinds.length === 3) service.cancel(request.requestId);
      if (reply.kind === 'error') expect(reply.error.code).toBe('cancelled');
    }
    expect(kinds.at(-1)).toBe('error');
    expect(kinds.length).toBeLessThan(4000);
  });

  it('answers many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => collect(service.ask({ seed, maxTokens: 10 }))),
    );
    expect(all.every(({ last }) => last?.kind === 'done')).toBe(true);
    expect(new Set(all.map(({ texts }) => texts[0])).size).toBe(1);
  });
});

describe('two projects', () => {
  it("do not stop each other: one has its share, and the other's short answer comes at once", async () => {
    const endless = { maxTokens: null, logitBias: biasTo('ab'), choices: 16, project: 'many' };
    const requests = Array.from({ length: 24 }, () => ({ ...chatRequest(), ...endless }));
    const accepted = Promise.withResolvers<void>();
    let open = 0;
    const answers = requests.map(async (request) => {
      for await (const reply of service.ask(request)) {
        if (reply.kind === 'accepted' && ++open === requests.length) accepted.resolve();
        if (reply.kind === 'done' || reply.kind === 'error') open--;
      }
    });
    await accepted.promise;
    const [refused] = await Array.fromAsync(service.ask(endless));
    expect(refused).toMatchObject({
      kind: 'error',
      error: { code: 'rate_limit_exceeded', retryAfterMs: expect.any(Number) },
      limits: { limitRequests: 24, remainingRequests: 0 },
    });
    const { kinds, last } = await collect(service.ask({ project: 'few', maxTokens: 8 }));
    expect([kinds[0], last?.kind]).toEqual(['accepted', 'done']);
    expect(open).toBe(24);
    for (const { requestId } of requests) service.cancel(requestId);
    await Promise.all(answers);
  });
});

describe('a tuned model', () => {
  const say = async (model: string) =>
    (await collect(service.ask({ model, maxTokens: 24 }))).texts[0] ?? '';

  it('answers through its adapter, or with its own weights; the base stays as it was', async () => {
    const base = await say('tiny');
    const adapter = await service.addTuned('adapter');
    const merged = await service.addTuned('merged', 9);
    const answers = [base, await say(adapter), await say(merged)];
    expect(new Set(answers).size).toBe(3);
    expect(await say('tiny')).toBe(base);
    expect([await say('tiny'), await say(adapter), await say(merged)]).toEqual(answers);
  });

  it('takes turns in memory when there are more than fit', async () => {
    const names = [await service.addTuned('merged', 11), await service.addTuned('merged', 12)];
    const first = await Promise.all(names.map(say));
    for (const index of [0, 1, 0, 1])
      expect(await say(names[index] as string)).toBe(first[index] as string);
  });

  it('is gone when it was deleted', async () => {
    const name = await service.addTuned('adapter', 21);
    await say(name);
    await service.models.delete(modelKey('default', name));
    const deleted = JSON.stringify({ project: 'default', name });
    service.nats.connection.publish(modelDeletedSubject, deleted);
    const { last } = await collect(service.ask({ model: name }));
    expect(last).toMatchObject({ error: { code: 'model_not_found' } });
  });

  it('belongs to its project', async () => {
    const model = await service.addTuned('adapter', 22);
    const { last } = await collect(service.ask({ model, project: 'other' }));
    expect(last).toMatchObject({ error: { code: 'model_not_found' } });
  });
});

describe('faults', () => {
  it('ends open requests clearly when the engine is killed, and answers again', async () => {
    const before = service.enginePid;
    const kinds: string[] = [];
    let error: unknown;
    const endless = { maxTokens: null, logitBias: biasTo('ab'), choices: 16 };
    for await (const reply of service.ask(endless)) {
      kinds.push(reply.kind);
      if (kinds.length === 3) process.kill(service.enginePid ?? 0, 'SIGKILL');
      if (reply.kind === 'error') error = reply.error;
    }
    expect(error).toMatchObject({ code: 'unavailable' });
    const { last } = await collect(service.ask({}));
    expect(last?.kind).toBe('done');
    expect(service.enginePid).not.toBe(before);
  });

  it('keeps saying that it waits', async () => {
    const pid = service.enginePid ?? 0;
    await freeze(pid);
    const kinds: string[] = [];
    for await (const reply of service.ask({})) {
      kinds.push(reply.kind);
      if (kinds.length === 4) process.kill(pid, 'SIGCONT');
    }
    expect(kinds.slice(0, 4)).toEqual(['accepted', 'waiting', 'waiting', 'waiting']);
    expect(kinds.at(-1)).toBe('done');
  });

  it('takes a base model back when its folder goes, and offers one that comes', async () => {
    const added = join(folder.path, 'models', 'second');
    const listed = async () =>
      (await service.models.list(baseModelsProject)).map((entry) => entry.value.name);
    await writeTinyModel(added, { seed: 3 });
    await expect.poll(listed).toContain('second');
    expect((await collect(service.ask({ model: 'second' }))).last?.kind).toBe('done');
    await rm(added, { recursive: true });
    await expect.poll(listed).toEqual(['tiny']);
  });
});

describe('a base model whose folder is edited', () => {
  const prompt = async (model: string): Promise<number> => {
    const { last } = await collect(service.ask({ model, maxTokens: 1 }));
    if (last?.kind !== 'done') throw new Error(JSON.stringify(last));
    return last.usage.prompt_tokens;
  };
  const greeting = "{{ '<|system|>hi<|end|>' }}";

  it('is asked with what it says now, and what was tuned on it with what it was tuned with', async () => {
    const { baseFolder } = service;
    const text = {
      tokenizerSha256: service.kit.tokenizerSha256,
      templateSha256: null,
      baseSha256: await weightsDigest(baseFolder),
    };
    const tuned = await service.addTuned('adapter', 7, text);
    const older = await service.addTuned('adapter', 8);
    expect([await prompt('tiny'), await prompt(tuned), await prompt(older)]).toEqual([8, 8, 8]);
    const template = join(baseFolder, 'chat_template.jinja');
    await writeFile(template, greeting + tinyChatTemplate);
    expect([await prompt('tiny'), await prompt(tuned)]).toEqual([12, 8]);
    // An adapter of before has no template of its own.
    expect(await prompt(older)).toBe(12);
    const form = { type: 'object', properties: {}, additionalProperties: false };
    const answer = await collect(service.ask({ model: tuned, schema: form, maxTokens: 8 }));
    expect(answer.texts).toEqual(['{}']);
    await rm(template);
    expect(await prompt('tiny')).toBe(8);
  });

  it('answers with new weights at once, and nothing is asked that was tuned on others', async () => {
    const { baseFolder } = service;
    const text = {
      tokenizerSha256: service.kit.tokenizerSha256,
      templateSha256: null,
      baseSha256: await weightsDigest(baseFolder),
    };
    const tuned = await service.addTuned('adapter', 9, text);
    const say = async () => {
      const { texts, last } = await collect(service.ask({ temperature: 0, maxTokens: 20 }));
      if (last?.kind !== 'done') throw new Error(JSON.stringify(last));
      return texts;
    };
    const before = await say();
    expect((await collect(service.ask({ model: tuned }))).last?.kind).toBe('done');
    const weights = join(baseFolder, 'model.safetensors');
    // In one step: half a file is no model, and one that is read just then is not offered until the folder is looked at again.
    const kept = join(folder.path, 'kept.safetensors');
    await copyFile(weights, kept);
    const other = join(folder.path, 'other');
    await writeTinyModel(other, { seed: 99, paddedRows });
    await rename(join(other, 'model.safetensors'), weights);
    expect(await say()).not.toEqual(before);
    expect((await collect(service.ask({ model: tuned }))).last).toMatchObject({
      kind: 'error',
      error: {
        code: 'unsupported_model',
        message: `The base model 'tiny' was changed after '${tuned}' was tuned on it; put its files back, or tune again.`,
      },
    });
    await rename(kept, weights);
    expect(await say()).toEqual(before);
    expect((await collect(service.ask({ model: tuned }))).last?.kind).toBe('done');
  });
});

/** Makes only the bytes of these characters possible. */
function biasTo(characters: string): Record<string, number> {
  const { tokenizer } = service.kit;
  const tokens = new Set(tokenizer.encode(characters));
  return Object.fromEntries([...tokens].map((token) => [String(token), 100]));
}
