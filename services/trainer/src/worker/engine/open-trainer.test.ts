import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import { readSafetensors } from '@lathe/engine/safetensors';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { openTrainer } from './open-trainer.ts';
import { trainLoop } from './train-loop.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let model: string;
let shard: string;
beforeAll(async () => {
  folder = await tempFolder();
  model = join(folder.path, 'tiny');
  await writeTinyModel(model);
  shard = join(folder.path, 'rows.shard');
  const tokens = Int32Array.of(10, 11, 12, 13);
  const supervised = Uint8Array.of(0, 0, 1, 1);
  await writeFile(shard, encodeShard([1, 2].map(() => ({ tokens, supervised }))));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Trains to the end; the kinds of what was told, or the error. */
const train = async (...asked: Parameters<typeof told>) =>
  (await told(...asked)).map(({ kind }) => kind);

/** Trains to the end; what was told, or the error. */
async function told(changes: Partial<EngineTask>, recipe: EngineTask['recipe']) {
  const sent: FromEngine[] = [];
  const task: EngineTask = {
    modelFolder: model,
    start: null,
    recipe: {
      ...{ adaptation: { type: 'full' }, epochs: 1, batchSize: 2, learningRate: 1e-3, seed: 1 },
      ...{ maxTokens: 16, maxGradientNorm: 1e30, ...recipe },
    },
    checkpointEvery: null,
    ...{ trainShards: [shard], heldOutShards: [], stateFolder: null, earlierScores: [] },
    outputFolder: join(folder.path, 'out'),
    ...{ device: 'cpu', threads: 1, saveStateMs: 1e9, stepBatchMs: 0, orphanMs: 1e9, restBytes: 0 },
    ...changes,
  };
  const trainer = await openTrainer(task, (message) => sent.push(message));
  try {
    await trainLoop(trainer, task, {
      send: (message) => void sent.push(message),
      breathe: async () => {},
      stopWanted: () => false,
      now: () => 0,
    });
  } finally {
    await trainer.dispose();
  }
  return sent;
}

test('a run at a common rate ends with its model', async () => {
  expect(await train({}, {})).toEqual(['ready', 'steps', 'saved', 'finished']);
});

test('whether the frozen layers are kept in 8 bits is told before the first step, with the losses', async () => {
  const [log] = await told(
    { heldOutShards: [shard], outputFolder: join(folder.path, 'rounded') },
    { adaptation: { type: 'lora', rank: 2, baseBits: 8 } },
  );
  expect(log).toMatchObject({ kind: 'log', text: expect.stringMatching(/^The frozen layers are/) });
});

test('answers to held-out rows are told before the first step and at each score, and change nothing', async () => {
  const rows = { heldOutShards: [shard], checkpointEvery: 1 };
  const recipe = { adaptation: { type: 'lora', rank: 2 }, epochs: 2 } as const;
  const digestsOf = async (sampledPrompts: number) => {
    const outputFolder = join(folder.path, `shown-${sampledPrompts}`);
    const sent = await told({ ...rows, sampledPrompts, outputFolder }, recipe);
    const model = join(outputFolder, 'step-2', 'model', 'adapter_model.safetensors');
    return { sent, bytes: await readFile(model) };
  };
  const [shown, quiet] = [await digestsOf(3), await digestsOf(0)];
  expect(shown.bytes.equals(quiet.bytes)).toBe(true);
  expect(quiet.sent.some(({ kind }) => kind === 'samples')).toBe(false);
  const samples = shown.sent.flatMap((message) =>
    message.kind === 'samples' ? [message.samples] : [],
  );
  expect(samples.map(({ step }) => step)).toEqual([0, 1, 2]);
  // There are two rows, of two tokens each and two of their answer.
  const answer = expect.objectContaining({
    ...{ reward: null, text: expect.any(String) },
    row: { asked: expect.stringMatching(/./), expected: expect.stringMatching(/./) },
  });
  for (const { side, answers } of samples) {
    expect(side).toBe('held-out');
    expect(answers.map(({ prompt }) => prompt)).toEqual([0, 1]);
    expect(answers).toEqual([answer, answer]);
  }
});

test.each([
  ['full', { adaptation: { type: 'full' }, learningRate: 1e39 }],
  ['lora', { adaptation: { type: 'lora', rank: 2 }, learningRate: 1e38 }],
] as const)(
  'the only step of a run of %s that loses the weights fails it, for good, with the rate',
  async (_, settings) => {
    const lost = { code: 'training_failed', retryable: false };
    const rate = `with a learning rate of ${settings.learningRate}.`;
    await expect(train({}, settings)).rejects.toMatchObject({
      ...lost,
      message: `The loss of the trained model is not a finite number at step 1, ${rate}`,
    });
    const scored = { heldOutShards: [shard] };
    await expect(train(scored, settings)).rejects.toMatchObject({
      ...lost,
      message: `The loss on the held-out rows is not a finite number at step 1, ${rate}`,
    });
  },
);

test('a base model with one NaN, in a token that no row has, is refused', async () => {
  const poisoned = join(folder.path, 'poisoned');
  await writeTinyModel(poisoned);
  const file = join(poisoned, 'model.safetensors');
  const { tensors } = await readSafetensors(file);
  const entry = tensors.get('model.embed_tokens.weight') ?? expect.fail('no embedding');
  await using handle = await open(file, 'r+');
  await handle.write(Buffer.of(0, 0, 0xc0, 0x7f), 0, 4, entry.offset + entry.byteLength - 4);
  await expect(train({ modelFolder: poisoned }, {})).rejects.toMatchObject({
    code: 'unsupported_model',
    retryable: false,
    message:
      'The weights of the base model hold NaN or infinity, so nothing can be trained on them.',
  });
});
