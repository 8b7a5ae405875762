import { deserialize } from 'node:v8';
import { createLogger } from '@lathe/platform/log';
import { watchLoop } from '@lathe/testkit/loop-watch';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRequest, embeddingQuestion } from '../integration/records.fixture.ts';
import type { TextModel } from './text-task.ts';
import { startTextThreads } from './text-threads.ts';
import { localTexts } from './texts.fixture.ts';
import { createTexts, type Texts } from './texts.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const threads = startTextThreads({ textThreads: 1, textTaskMs: 60_000 }, log);
const texts = createTexts(threads, 16_384);
const local = localTexts();
const asker = { project: 'default', signal: new AbortController().signal };

let folder: Awaited<ReturnType<typeof tempFolder>>;
let model: TextModel;
beforeAll(async () => {
  folder = await tempFolder();
  await writeTinyModel(folder.path);
  const task = { type: 'generation' } as const;
  model = { name: 'tiny', folder: folder.path, style: 'chat', room: 512, task };
  await texts.facts(folder.path);
});
afterAll(async () => {
  await threads.stop();
  await folder[Symbol.asyncDispose]();
});

const bytesOf = (message: object) => new TextEncoder().encode(JSON.stringify(message));
const chat = (change: object) => bytesOf({ ...chatRequest(), ...change });
const says = (content: string) => ({ messages: [{ role: 'user', content }] });
/** Its work doubles with each of the steps. */
const pattern = (index: number, steps = 8) => ({
  // Different ones, so that nothing is known from before.
  schema: { type: 'string', pattern: `^(a|b)*a(a|b){${steps}}${'c'.repeat(index)}$` },
});

/** What comes of a request: the result or the refusal. */
async function outcome(of: Texts, kind: 'chat' | 'inputs', body: Uint8Array): Promise<unknown> {
  try {
    const made = await of[kind](model, body, asker);
    if (!('request' in made)) return made;
    const { form } = made.request;
    // Its key tells how V8 keeps the schema's numbers too, which a thread may do otherwise.
    const held = form && { ...form, key: null, schema: deserialize(form.schema) };
    return { ...made, request: { ...made.request, form: held } };
  } catch (error) {
    const { code, param, message } = error as { code?: string; param?: string; message: string };
    return { code, param, message };
  }
}

describe('texts in threads', () => {
  it.each([
    ['a short chat', 'chat', chat({})],
    ['a chat with a schema', 'chat', chat(pattern(0))],
    ['any object', 'chat', chat({ schema: { type: 'object' } })],
    ['a schema that is refused', 'chat', chat({ schema: { type: 'string', pattern: '(' } })],
    ['a prompt that is too long', 'chat', chat(says('x'.repeat(600)))],
    ['a bias of no token', 'chat', chat({ logitBias: { 99999: 1 } })],
    [
      'many short messages',
      'chat',
      chat({ messages: Array(60).fill({ role: 'user', content: '' }) }),
    ],
    ['no JSON', 'chat', Uint8Array.of(0x7b)],
    ['an input', 'inputs', bytesOf(embeddingQuestion())],
    ['an unknown token', 'inputs', bytesOf({ ...embeddingQuestion(), inputs: [[9999]] })],
  ] as const)('come out as they would here: %s', async (_, kind, body) => {
    expect(await outcome(texts, kind, body)).toEqual(await outcome(local, kind, body));
  });

  it('are refused by their bytes when they can never fit', async () => {
    expect(await outcome(texts, 'chat', chat(says('x'.repeat(900_000))))).toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
      message: expect.stringMatching(/maximum context length is 512 tokens.* 900 kB/),
    });
    const inputs = ['a', 'x'.repeat(900_000)];
    const body = bytesOf({ ...embeddingQuestion(), inputs, isList: true });
    expect(await outcome(texts, 'inputs', body)).toMatchObject({
      code: 'context_length_exceeded',
      param: 'input[1]',
    });
  });

  it('decode an answer as it comes, with the bytes of each token', async () => {
    const answer = await texts.answer(folder.path);
    const tokens = [
      ...(await texts.chat({ ...model, style: 'completion' }, chat(says('hé')), asker)).tokens,
    ];
    let text = '';
    const bytes: number[] = [];
    for (const token of tokens) {
      const pushed = await answer.push({ token, logprob: -1, top: [] }, true);
      text += pushed.text;
      bytes.push(...(pushed.logprob?.bytes ?? []));
    }
    expect(text + (await answer.end())).toBe('hé');
    expect(Buffer.from(bytes).toString()).toBe('hé');
    answer.close();
    await expect(answer.end()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('texts that take long', () => {
  // The last one is refused, and the engine is asked for none.
  const inputs = [...Array<string>(200).fill('x'.repeat(500)), 'x'.repeat(513)];
  const hostile = [
    ['chat', chat(says('x'.repeat(900_000)))],
    ['chat', chat({ schema: { type: 'string', pattern: '^(a|b)*a(a|b){10}$' } })],
    ['inputs', bytesOf({ ...embeddingQuestion(), inputs, isList: true })],
    ['chat', chat({ schema: { enum: Array.from({ length: 20_000 }, (_, index) => index) } })],
  ] as const;

  it('do not keep the event loop', async () => {
    const here = watchLoop();
    for (const [kind, body] of hostile) await outcome(local, kind, body);
    here.stop();
    const watch = watchLoop();
    await Promise.all(hostile.map(([kind, body]) => outcome(texts, kind, body)));
    watch.stop();
    expect(watch.longest()).toBeLessThan(here.longest() / 4);
  });

  it("hold up neither another project's short ones nor, for more than one, its long ones", async () => {
    const done: string[] = [];
    const ask = async (project: string, name: string, body: Uint8Array) => {
      await texts.chat(model, body, { ...asker, project });
      done.push(name);
    };
    const many = Array.from({ length: 6 }, (_, index) =>
      // The first is still under way when all others have come.
      ask('many', `many ${index}`, chat(pattern(2 + index, index === 0 ? 11 : 8))),
    );
    await Promise.all([
      ...many,
      ask('few', 'short', chat({})),
      ask('few', 'long', chat(pattern(20))),
    ]);
    expect(done.indexOf('short')).toBeLessThan(5);
    expect(done.indexOf('long')).toBeLessThanOrEqual(2);
  });
});
