/** What comes over the borders of the evaluator's engine process, of whatever kind, harms nobody else. */
import { fileURLToPath } from 'node:url';
import { createLogger } from '@lathe/platform/log';
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import type { GenerateRequest } from './engine.ts';
import type { FromEngine } from './engine-message.ts';
import { createEngineProcess } from './engine-process.ts';
import { createEngineServer } from './engine-server.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const program = fileURLToPath(new URL('./junk-engine.fixture.ts', import.meta.url));
const limits = { chatSlots: 2, evaluationSlots: 2, modelBytes: 0, prefixBytes: 0, threads: 1 };
const engine = createEngineProcess(
  program,
  { ...limits, engineSilenceMs: 60_000, environment: process.env },
  { log },
);
afterAll(() => engine.stop());

const model = { folder: '', adapter: null, maxContext: 8 };
const { signal } = new AbortController();
const request: GenerateRequest = {
  ...{ tokens: [1], maxTokens: 3, temperature: 0, topP: 1, seed: 0, stopTokens: [] },
  ...{
    logitBias: new Map(),
    presencePenalty: 0,
    frequencyPenalty: 0,
    topLogprobs: 0,
    scoresPrompt: false,
    form: null,
  },
};
const who = { urgency: 'chat', project: 'default', signal } as const;

it('nonsense from the engine fails the request that it is about', async () => {
  const pids = new Set<number | undefined>();
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const [junk, good, score, vectors] = await Promise.allSettled([
        Array.fromAsync(engine.generate(model, { ...request, temperature: 1, seed }, who)),
        Array.fromAsync(engine.generate(model, request, who)),
        engine.score(model, [], signal),
        engine.predict(model, { question: { kind: 'states' }, texts: [] }, who),
      ]);
      expect(good).toMatchObject({ status: 'fulfilled', value: [{}, {}, {}] });
      for (const each of [junk, score, vectors])
        if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(Error);
      // One process answered all of them.
      expect(pids.add(engine.pid).size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

it('nonsense to the engine is refused, under its id where it has one', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const sent: FromEngine[] = [];
  const pool = {
    open: () => Promise.reject(new Error('no model is opened for this')),
    forget: () => undefined,
  };
  const { chatSlots, evaluationSlots } = limits;
  const take = createEngineServer({
    ...{ pool, chatSlots, evaluationSlots, keptBytes: () => 0 },
    send: (message) => void sent.push(message),
  });
  const deep = Array.from({ length: 5000 }).reduce<unknown>((inner) => ({ inner }), 1);
  const odd = fc.oneof(fc.anything(), fc.constantFrom<unknown>(Number.NaN, deep, Buffer.alloc(3)));
  const kinds = ['configure', 'generate', 'score', 'predict', 'cancel', 'forget'];
  const message = fc.oneof(
    odd,
    fc.record(
      {
        kind: fc.oneof(fc.constantFrom(...kinds), odd),
        id: fc.oneof(fc.nat(), odd),
        ...{ model: odd, request: odd, urgency: odd, examples: odd, inputs: odd, folder: odd },
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(message, (raw) => {
      const before = sent.length;
      take(raw);
      for (const { kind, ...rest } of sent.slice(before)) {
        expect(kind).toBe('failed');
        expect(rest).toHaveProperty('id', (raw as { id: unknown }).id);
      }
    }),
    { numRuns: 400 },
  );
});
