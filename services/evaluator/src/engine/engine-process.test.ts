import { fileURLToPath } from 'node:url';
import { createLogger } from '@lathe/platform/log';
import { freeze } from '@lathe/testkit/freeze';
import { patienceMs } from '@lathe/testkit/patience';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyVocabulary } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerForm, answerSchema } from '../texts/answer-form.ts';
import type { EngineModel, GenerateRequest } from './engine.ts';
import { createEngineProcess, type EngineProcess } from './engine-process.ts';

const program = fileURLToPath(new URL('./engine-child.ts', import.meta.url));
const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const limits = { chatSlots: 2, evaluationSlots: 2, modelBytes: 0, prefixBytes: 0, threads: 1 };
const { signal } = new AbortController();
const chat = { urgency: 'chat', project: 'default', signal } as const;

let folder: Awaited<ReturnType<typeof tempFolder>>;
let engine: EngineProcess;
let model: EngineModel;
beforeAll(async () => {
  folder = await tempFolder();
  await writeTinyModel(folder.path);
  model = { folder: folder.path, adapter: null, maxContext: 512 };
  engine = createEngineProcess(
    program,
    { ...limits, engineSilenceMs: patienceMs, environment: process.env },
    { log },
  );
});
afterAll(async () => {
  await engine.stop();
  await folder[Symbol.asyncDispose]();
});

const request: GenerateRequest = {
  tokens: [10, 11, 12],
  maxTokens: 5,
  temperature: 0,
  topP: 1,
  seed: 0,
  stopTokens: [],
  logitBias: new Map(),
  presencePenalty: 0,
  frequencyPenalty: 0,
  topLogprobs: 0,
  scoresPrompt: false,
  form: null,
};

it('answers alike by the products of our own kernels, where they are there', async () => {
  const own = createEngineProcess(
    program,
    { ...limits, kernels: 'auto', engineSilenceMs: patienceMs, environment: process.env },
    { log },
  );
  const answers = async (asked: EngineProcess): Promise<[number, number][]> => {
    const found: [number, number][] = [];
    for await (const { token, logprob } of asked.generate(model, request, chat))
      found.push([token, logprob]);
    return found;
  };
  const [wanted, given] = [await answers(engine), await answers(own)];
  await own.stop();
  expect(given.map(([token]) => token)).toEqual(wanted.map(([token]) => token));
  for (const [at, [, logprob]] of given.entries())
    expect(logprob).toBeCloseTo(wanted[at]?.[1] ?? Number.NaN, 4);
});

it('generates and scores with log-probabilities that agree', async () => {
  const tokens: number[] = [];
  let total = 0;
  for await (const each of engine.generate(model, request, chat)) {
    tokens.push(each.token);
    total += each.logprob;
  }
  const all = Int32Array.from([...request.tokens, ...tokens]);
  const supervised = Uint8Array.from(all, (_, at) => (at >= request.tokens.length ? 1 : 0));
  const example = { tokens: all, supervised };
  const part = { tokens: all, supervised: supervised.map((_, at) => +(at === all.length - 1)) };
  const { loss, supervisedTokens } = await engine.score(model, [example], signal);
  expect(supervisedTokens).toBe(5);
  expect(loss).toBeCloseTo(-total / 5, 3);
  const { logProbabilities } = await engine.score(model, [part, example], signal);
  expect(logProbabilities[1]).toBeCloseTo(total, 3);
  expect(logProbabilities[0]).toBeGreaterThan(total);
});

it('never says an id that no token has, whatever its row scores', async () => {
  const padded = { ...model, folder: `${folder.path}/padded` };
  await writeTinyModel(padded.folder, { paddedRows: 40 });
  const logitBias = new Map([[tinyVocabulary + 3, 100]]);
  for (const temperature of [0, 1.5]) {
    const wild = { ...request, maxTokens: 30, temperature, topLogprobs: 5, logitBias };
    const answer = await Array.fromAsync(engine.generate(padded, wild, chat));
    expect(answer).toHaveLength(30);
    for (const each of answer) {
      expect(each.token).toBeLessThan(tinyVocabulary);
      for (const other of each.top) expect(other.token).toBeLessThan(tinyVocabulary);
    }
  }
});

it('fails a request for a folder that is no model, and goes on', async () => {
  const broken = { ...model, folder: `${folder.path}/nothing` };
  await expect(Array.fromAsync(engine.generate(broken, request, chat))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The files of the model cannot be read at the moment.',
  });
  expect(await Array.fromAsync(engine.generate(model, request, chat))).toHaveLength(5);
});

it('reports finite numbers for an answer that is held to a form, and no token that it forbids', async () => {
  const json = {
    ...request,
    temperature: 1,
    topLogprobs: 20,
    form: answerForm(answerSchema({ type: 'object' })),
  };
  const tokens = await Array.fromAsync(engine.generate(model, json, chat));
  expect(tokens.length).toBeGreaterThan(0);
  for (const each of tokens)
    for (const { logprob } of [each, ...each.top]) expect(Number.isFinite(logprob)).toBe(true);
  expect(tokens[0]?.top.length).toBeLessThan(20);
});

it('stops work when the reader leaves, so that others get its place', async () => {
  const long = { ...request, maxTokens: 500 };
  for (let time = 0; time < 6; time++)
    for await (const _ of engine.generate(model, long, chat)) break;
  expect(await Array.fromAsync(engine.generate(model, request, chat))).toHaveLength(5);
});

it('throws the reason of the signal, also while it waits for a place', async () => {
  const long = { ...request, maxTokens: 500 };
  const controller = new AbortController();
  const options = { ...chat, signal: controller.signal } as const;
  // Two have a place; the first token of either says that they are at work and the others wait.
  const all = [1, 2, 3, 4].map(async () => {
    for await (const _ of engine.generate(model, long, options))
      controller.abort(new Error('gone'));
  });
  for (const result of await Promise.allSettled(all))
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'gone' } });
});

it('is killed when it hangs, and starts again', async () => {
  const impatient = createEngineProcess(
    program,
    { ...limits, engineSilenceMs: 300, environment: process.env },
    { log },
  );
  try {
    const hanging = Array.fromAsync(impatient.generate(model, request, chat));
    const pid = impatient.pid ?? 0;
    await freeze(pid);
    await expect(hanging).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    const next = Array.fromAsync(impatient.generate(model, request, chat)).catch(() => []);
    expect(impatient.pid).not.toBe(pid);
    await next;
  } finally {
    await impatient.stop();
  }
});
