import { expect, it } from 'vitest';
import type { GenerateRequest } from './engine.ts';
import type { FromEngine, ToEngine } from './engine-message.ts';
import { createEngineServer } from './engine-server.ts';
import type { OpenModel, Reading } from './model-pool.ts';

type Generate = Extract<ToEngine, { kind: 'generate' }>;
const model = { folder: '/m', adapter: null, maxContext: 8192 };

/**
 * An engine server over a model that decodes as the real one does: a step gives each answer that runs its next
 * token, and a prompt takes a step for each 512 tokens before its answer runs, but for those that are known: the seed
 * says how many.
 */
function openServer(chatSlots: number) {
  const waking = new Set<() => void>();
  const nextStep = () => new Promise<void>((resolve) => waking.add(resolve));
  const running = new Set<object>();
  let mostAtOnce = 0;
  async function* generate(request: GenerateRequest & Reading): ReturnType<OpenModel['generate']> {
    const self = {};
    running.add(self);
    mostAtOnce = Math.max(mostAtOnce, running.size);
    try {
      const known = request.seed;
      request.onRead(known);
      for (let read = known; read < request.tokens.length; read += 512) await nextStep();
      for (let token = 0; token < request.maxTokens; token++) {
        yield { token, logprob: 0, top: [] };
        await nextStep();
      }
    } finally {
      running.delete(self);
    }
  }
  const ended = new Map<number, number>();
  let steps = 0;
  const send = (message: FromEngine): void => {
    if (message.kind === 'token' || message.kind === 'read' || message.kind === 'loaded') return;
    ended.set(message.id, steps);
  };
  const predicted: (() => void)[] = [];
  const open: OpenModel = {
    generate,
    score: () => Promise.reject(new Error('not here')),
    predict: () => new Promise((resolve) => predicted.push(() => resolve([]))),
    close() {},
  };
  const pool = { open: async () => open, forget() {} };
  const tell = createEngineServer({
    ...{ pool, chatSlots, evaluationSlots: 1, keptBytes: () => 0, send },
  });
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    tell,
    ended,
    predicted,
    settled,
    get steps() {
      return steps;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async step() {
      await settled();
      steps++;
      for (const wake of [...waking]) {
        waking.delete(wake);
        wake();
      }
      await settled();
    },
  };
}

function chat(
  id: number,
  project: string,
  size: { tokens?: number; known?: number; maxTokens: number },
): Generate {
  const request = {
    tokens: Array.from({ length: size.tokens ?? 1 }, () => 0),
    maxTokens: size.maxTokens,
    temperature: 0,
    topP: 1,
    seed: size.known ?? 0,
    stopTokens: [],
    logitBias: new Map(),
    presencePenalty: 0,
    frequencyPenalty: 0,
    topLogprobs: 0,
    scoresPrompt: false,
    form: null,
  };
  return { kind: 'generate', id, urgency: 'chat', project, model, request };
}

it("answers another project's 8 tokens in about 8 steps beside 50 long answers of one", async () => {
  const server = openServer(16);
  for (let id = 1; id <= 50; id++) server.tell(chat(id, 'many', { maxTokens: 4000 }));
  for (let step = 0; step < 20; step++) await server.step();
  server.tell(chat(99, 'few', { maxTokens: 8 }));
  const before = server.steps;
  while (!server.ended.has(99)) await server.step();
  expect(server.steps - before).toBeLessThanOrEqual(10);
  expect(server.ended.size).toBe(1);
  expect(server.mostAtOnce).toBe(9);
});

it('does so for a third and a fourth project, and while all of them have long answers', async () => {
  const server = openServer(16);
  let id = 0;
  for (const project of ['a', 'b', 'c'])
    for (let count = 0; count < 50; count++) server.tell(chat(++id, project, { maxTokens: 4000 }));
  for (let step = 0; step < 20; step++) await server.step();
  server.tell(chat(++id, 'd', { maxTokens: 8 }));
  const before = server.steps;
  while (!server.ended.has(id)) await server.step();
  expect(server.steps - before).toBeLessThanOrEqual(10);
});

it('reads one long prompt of a project before those of others', async () => {
  const server = openServer(16);
  for (let id = 1; id <= 50; id++) server.tell(chat(id, 'many', { tokens: 4096, maxTokens: 4000 }));
  await server.settled();
  expect(server.mostAtOnce).toBe(1);
  server.tell(chat(99, 'few', { maxTokens: 8 }));
  while (!server.ended.has(99)) await server.step();
  expect(server.steps).toBeLessThanOrEqual(10);
});

it('does not count what was known of prompts against a project', async () => {
  const server = openServer(4);
  server.tell(chat(1, 'unlike', { maxTokens: 4000 }));
  server.tell(chat(2, 'alike', { tokens: 500, known: 499, maxTokens: 4000 }));
  await server.step();
  server.tell(chat(3, 'unlike', { tokens: 100, maxTokens: 1 }));
  while (!server.ended.has(3)) await server.step();
  server.tell(chat(4, 'third', { maxTokens: 3 }));
  await server.step();
  // Both wait for the one place that the third gives back.
  server.tell(chat(5, 'unlike', { maxTokens: 2 }));
  server.tell(chat(6, 'alike', { maxTokens: 2 }));
  while (!server.ended.has(6)) await server.step();
  expect([...server.ended.keys()]).toEqual([3, 4, 6]);
});

it('shares places between vectors and chats alike', async () => {
  const server = openServer(16);
  const asked = {
    ...{ model, urgency: 'chat', question: { kind: 'states' } },
    texts: [{ tokens: new Int32Array(100) }],
  } as const;
  for (let id = 1; id <= 50; id++) server.tell({ kind: 'predict', id, project: 'many', ...asked });
  await server.settled();
  // 512 tokens of one project at a time.
  expect(server.predicted).toHaveLength(5);
  server.tell({ kind: 'predict', id: 98, project: 'few', ...asked });
  server.tell(chat(99, 'few', { maxTokens: 8 }));
  await server.settled();
  expect(server.predicted).toHaveLength(6);
  while (!server.ended.has(99)) await server.step();
  expect(server.steps).toBeLessThanOrEqual(10);
});
