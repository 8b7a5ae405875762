/** What comes over the borders of the worker's engine processes, of whatever kind, fails the run that it is about. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildEnd } from '@lathe/platform/child-process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EngineTask, type FromEngine, fromEngineSchema } from './engine-message.ts';
import { createEngines } from './engine-process.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const task: EngineTask = {
  ...{ modelFolder: '', start: null, trainShards: [], heldOutShards: [], stateFolder: null },
  ...{ recipe: {}, checkpointEvery: null },
  ...{ earlierScores: [], outputFolder: '', device: 'cpu', threads: 1, saveStateMs: 1e9 },
  ...{ stepBatchMs: 0, orphanMs: 1e9, restBytes: 0 },
};

/** What the listener of a run is told when its engine says something. */
async function told(said: unknown): Promise<{ messages: FromEngine[]; end: ChildEnd }> {
  const limits = { startMs: 60_000, stepMs: 60_000, pingMs: 1000, restMs: 0 };
  const engines = createEngines(
    path('../../integration/junk-engine.fixture.ts'),
    limits,
    process.env,
  );
  const messages: FromEngine[] = [];
  const ended = Promise.withResolvers<ChildEnd>();
  engines.start(
    { ...task, modelFolder: JSON.stringify(said) },
    { onMessage: (message) => void messages.push(message), onEnd: ended.resolve },
  );
  return { messages, end: await ended.promise };
}

const number = { step: 1, epoch: 1, tokenAccuracy: 1, learningRate: 1, gradientNorm: 1 };
const step = { ...number, supervisedTokens: 1, tokens: 1, seconds: 1 };
const deep = Array.from({ length: 3000 }).reduce<unknown>((inner) => [inner], 1);

test.each<[string, unknown, string]>([
  // JSON, in which messages travel, has no NaN.
  ['a loss of NaN', { kind: 'steps', steps: [{ ...step, loss: Number.NaN }] }, 'steps.0.loss: '],
  ['no kind', { id: 1 }, 'kind: '],
  ['something deep', { kind: 'ready', step: deep }, 'step: '],
  ['something long', { kind: 'x'.repeat(1_000_000) }, 'kind: '],
  ['a number', 7, ': '],
  ...fc
    .sample(fc.json(), { seed: 1, numRuns: 4 })
    .map((json): [string, unknown, string] => [json, JSON.parse(json), ': ']),
])('an engine that says %s fails its run for good', async (_, said, place) => {
  expect(fromEngineSchema.safeParse(JSON.parse(JSON.stringify(said))).success).toBe(false);
  const { messages, end } = await told(said);
  expect(end.kind).toBe('exited');
  expect(messages).toMatchObject([{ kind: 'failed', retryable: false }]);
  const [failed] = messages;
  if (failed?.kind !== 'failed') return expect.fail('it did not fail');
  expect(failed.error.message).toContain(`The engine told what cannot be read: ${place}`);
});

test.each([
  ['no task', { kind: 'train' }],
  ['a task of nonsense', { kind: 'train', task: { modelFolder: 1, recipe: deep } }],
  ['nonsense', { kind: Number.NaN }],
])('an engine that is told %s says so and ends', async (_, message) => {
  const child = fork(path('./engine-child.ts'), [], { execArgv: [] });
  const said = once(child, 'message');
  child.send(message);
  expect(fromEngineSchema.parse((await said)[0])).toMatchObject({
    kind: 'failed',
    retryable: false,
    error: { code: 'internal_error', message: 'The engine cannot read its task.' },
  });
  await once(child, 'exit');
});
