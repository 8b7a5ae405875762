import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '@lathe/contracts/artifact/tool';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyChatTemplate, tinyToolTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvaluator, type TestEvaluator } from '../integration/evaluator.fixture.ts';
import { collect } from '../integration/records.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: TestEvaluator;

/** As Llama 3.1 writes calls: an answer that begins as one is a call. */
const bareTemplate = tinyToolTemplate
  .replace('<tool_call>{"name"', '{"name"')
  .replace('"arguments"', '"parameters"')
  .replace('</tool_call>', '');

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  for (const [name, template] of [
    ['caller', tinyToolTemplate],
    ['bare', bareTemplate],
  ] as const) {
    const place = join(folder.path, 'models', name);
    await writeTinyModel(place, { maxPositions: 1024 });
    await writeFile(join(place, 'chat_template.jinja'), template);
  }
  // As Hermes 2 Pro has them: one template for conversations, and one for those with tools.
  const split = join(folder.path, 'models', 'split');
  await writeTinyModel(split, { maxPositions: 1024 });
  await writeFile(join(split, 'chat_template.jinja'), tinyChatTemplate);
  await mkdir(join(split, 'additional_chat_templates'));
  await writeFile(join(split, 'additional_chat_templates', 'tool_use.jinja'), tinyToolTemplate);
  service = await openEvaluator({ natsUrl: nats.url, folder: folder.path });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const tool = (name: string, properties: object, more: object = {}): Tool => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties, required: Object.keys(properties) },
    ...more,
  },
});
const weather = tool('weather', {
  city: { enum: ['Rome', 'Oslo'] },
  days: { type: 'integer', minimum: 1, maximum: 9 },
});
const stop: Tool = { type: 'function', function: { name: 'stop' } };

/** The calls and texts of each choice, put together as a client does. */
async function ask(change: Partial<InferenceRequest>) {
  const calls: { id: string; name: string; arguments: string }[][] = [];
  const order: string[] = [];
  let logprobs = 0;
  const said = await collect(
    (async function* () {
      for await (const reply of service.ask({
        model: 'caller',
        tools: [weather, stop],
        maxTokens: 200,
        temperature: 1.5,
        ...change,
      })) {
        if ('logprobs' in reply) logprobs += reply.logprobs?.length ?? 0;
        if (reply.kind === 'call' || reply.kind === 'arguments') order.push(reply.kind);
        if (reply.kind === 'call') {
          calls[reply.choice] ??= [];
          calls[reply.choice]?.push({ id: reply.id, name: reply.name, arguments: '' });
        } else if (reply.kind === 'arguments')
          calls[reply.choice]![reply.index]!.arguments += reply.text;
        yield reply;
      }
    })(),
  );
  return { ...said, calls, order, logprobs };
}

describe('a call that has to be made', () => {
  it.each(['caller', 'bare'])(
    'has the name of a tool and arguments of its schema, however wild the sampling: %s',
    async (model) => {
      const { calls, reasons, texts, order } = await ask({
        model,
        toolChoice: 'required',
        parallelToolCalls: false,
        choices: 4,
        seed: 3,
      });
      expect(reasons).toEqual(Array(4).fill('tool_calls'));
      expect(texts.join('')).toBe('');
      for (const [call, ...more] of calls) {
        expect(more).toEqual([]);
        expect(call?.id).toMatch(/^call_\w{24}$/);
        const told = JSON.parse(call?.arguments ?? '') as { city: string; days: number };
        if (call?.name === 'stop') expect(told).toEqual({});
        else {
          expect(call?.name).toBe('weather');
          expect(['Rome', 'Oslo']).toContain(told.city);
          expect(told.days).toBeOneOf([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
      }
      expect(order[0]).toBe('call');
      expect(order.filter((kind) => kind === 'arguments').length).toBeGreaterThan(4);
    },
  );

  it('is the one that is named, also when several may be made', async () => {
    const { calls, reasons } = await ask({ toolChoice: { name: 'weather' }, seed: 4 });
    expect(reasons).toEqual(['tool_calls']);
    expect(calls[0]).toMatchObject([{ name: 'weather' }]);
  });

  it('counts its tokens and tells their log-probabilities, and may be cut short', async () => {
    const whole = await ask({ toolChoice: { name: 'weather' }, topLogprobs: 0, seed: 4 });
    const { usage } = whole.last as { usage: { completion_tokens: number } };
    expect(whole.logprobs).toBe(usage.completion_tokens);
    const short = await ask({ toolChoice: { name: 'weather' }, maxTokens: 60, seed: 4 });
    expect(short.reasons).toEqual(['length']);
    expect(whole.calls[0]?.[0]?.arguments.startsWith(short.calls[0]?.[0]?.arguments ?? '-')).toBe(
      true,
    );
  });

  it('has any object as arguments where a schema cannot be kept to, unless it is strict', async () => {
    const loose = tool('odd', { a: { type: 'string', not: {} } });
    const { calls } = await ask({
      tools: [loose],
      toolChoice: 'required',
      parallelToolCalls: false,
      logitBias: { [service.kit.tokenizer.encode('}')[0] ?? 0]: 100 },
    });
    expect(calls[0]).toMatchObject([{ name: 'odd', arguments: '{}' }]);
    const strict = tool('odd', { a: { type: 'string', not: {} } }, { strict: true });
    const { last } = await ask({ tools: [strict], toolChoice: 'auto' });
    expect(last).toMatchObject({
      kind: 'error',
      error: {
        code: 'invalid_value',
        param: 'tools[0].function.parameters',
        message: expect.stringContaining('properties.a.not is a keyword that is not supported'),
      },
    });
  });
});

describe('a call that may be made', () => {
  /** Makes these characters the likeliest. */
  const tokens = (text: string) =>
    Object.fromEntries(service.kit.tokenizer.encode(text).map((token) => [token, 100]));

  it('is text until one begins, and none with the choice none', async () => {
    const free = await ask({ maxTokens: 12, temperature: 0 });
    expect(free.calls).toEqual([]);
    expect(free.texts[0]).not.toBe('');
    const none = await ask({ toolChoice: 'none', maxTokens: 12, temperature: 0 });
    const { usage } = none.last as { usage: { prompt_tokens: number } };
    // The model is not shown what it may not call.
    expect(usage.prompt_tokens).toBe(8);
    const { usage: shown } = free.last as { usage: { prompt_tokens: number } };
    expect(shown.prompt_tokens).toBeGreaterThan(200);
  });

  it('keeps to its form from where it begins', async () => {
    // A text has to be "x" here, so an answer that begins with a brace is a call.
    const { calls, texts, reasons } = await ask({
      model: 'bare',
      tools: [stop],
      parallelToolCalls: false,
      logitBias: tokens('{'),
      maxTokens: 200,
      temperature: 0,
      schema: { const: 'x' },
    });
    expect(reasons).toEqual(['tool_calls']);
    expect(texts.join('')).toBe('');
    expect(calls[0]).toMatchObject([{ name: 'stop', arguments: '{}' }]);
  });

  it('reads earlier calls and what they returned', async () => {
    const call = {
      id: 'c',
      type: 'function' as const,
      function: { name: 'stop', arguments: '{}' },
    };
    const { last } = await ask({
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: '', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c', content: 'r' },
      ],
      tools: [stop],
      maxTokens: 1,
    });
    const prompt =
      '<|system|>{"type": "function", "function": {"name": "stop"}}<|end|><|user|>q<|end|><|assistant|><tool_call>{"name": "stop", "arguments": {}}</tool_call><|end|><|user|><tool_response>r</tool_response><|end|><|assistant|>';
    const { length } = service.kit.tokenizer.encode(prompt, { special: true });
    expect(last).toMatchObject({ kind: 'done', usage: { prompt_tokens: length } });
  });
});

it('reads earlier calls by the template for tools where the other knows none, also without tools to call', async () => {
  const call = { id: 'c', type: 'function' as const, function: { name: 'stop', arguments: '{}' } };
  const messages: InferenceRequest['messages'] = [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: 'r' },
  ];
  const prompt =
    '<|user|>q<|end|><|assistant|><tool_call>{"name": "stop", "arguments": {}}</tool_call><|end|><|user|><tool_response>r</tool_response><|end|><|assistant|>';
  const { length } = service.kit.tokenizer.encode(prompt, { special: true });
  for (const choice of [{ tools: [] }, { tools: [stop], toolChoice: 'none' as const }]) {
    const { last } = await ask({ model: 'split', messages, ...choice, maxTokens: 1 });
    expect(last).toMatchObject({ kind: 'done', usage: { prompt_tokens: length } });
  }
  const plain = await ask({ model: 'split', toolChoice: 'none', maxTokens: 1 });
  expect(plain.last).toMatchObject({ kind: 'done', usage: { prompt_tokens: 8 } });
});

it('refuses tools by name where the template has none', async () => {
  const { last } = await ask({ model: 'tiny' });
  expect(last).toMatchObject({
    kind: 'error',
    error: {
      code: 'invalid_value',
      param: 'tools',
      message:
        "The model 'tiny' cannot be asked with tools: its chat template has no place for tools.",
    },
  });
});
