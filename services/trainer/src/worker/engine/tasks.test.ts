import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import { openTaskCase, taskCases } from '@lathe/engine/internal/parity/task-rows.fixture';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { formatRecipe, parseRecipe } from '@lathe/recipe/wire';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { estimateTask } from './estimate-task.ts';
import type { EstimateTask, RunNeeds } from './estimates.ts';
import { openTrainer } from './open-trainer.ts';
import { trainLoop } from './train-loop.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

let runs = 0;

/** A run of a task over its shard, to its end or until it was told to stop. */
async function job(name: string, recipe: RecipeInput, changes: Partial<EngineTask> = {}) {
  const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
  const { model, rows } = await openTaskCase(one, join(folder.path, 'model'));
  const shard = join(folder.path, `${name}.shard`);
  await writeFile(shard, encodeShard(rows));
  const task: EngineTask = {
    modelFolder: model.path,
    recipe: parseRecipe(
      formatRecipe({ task: one.task, epochs: 2, batchSize: 2, seed: 7, ...recipe }),
    ),
    outputFolder: join(folder.path, `run-${runs++}`),
    ...{ start: null, checkpointEvery: 2, trainShards: [shard], heldOutShards: [shard] },
    ...{ stateFolder: null, earlierScores: [], device: 'cpu', threads: 1, saveStateMs: 1e9 },
    ...{ stepBatchMs: 0, orphanMs: 1e9, restBytes: 0, ...changes },
  };
  const sent: FromEngine[] = [];
  const trainer = await openTrainer(task);
  try {
    await trainLoop(trainer, task, {
      ...{ breathe: async () => {}, now: () => 0, stopWanted: () => false },
      send: (message) => void sent.push(message),
    });
  } finally {
    await trainer.dispose();
  }
  return { task, sent, saved: sent.filter((message) => message.kind === 'saved') };
}

const weightsOf = (path: string, file: string) => readFile(join(path, 'model', file));
const spans: RecipeInput['task'] = {
  type: 'token-classification',
  labels: ['O', 'B-city', 'I-city'],
};
const lora = { adaptation: { type: 'lora', rank: 2 } } as const;

it.each([
  ['classification', { adaptation: { type: 'full' } }, 'model'],
  ['token-classification', { adaptation: { type: 'head' } }, 'model'],
  ['token-classification of a decoder', lora, 'adapter_model'],
  ['question-answering', lora, 'adapter_model'],
  ['embedding', lora, 'adapter_model'],
  ['masked-lm', { adaptation: { type: 'ia3' } }, 'model'],
] as const)(
  'a job of %s that is resumed from its checkpoint ends with the same bytes, %j',
  async (name, recipe, file) => {
    const whole = await job(name, recipe);
    const [first] = whole.saved;
    const last = whole.saved.at(-1);
    const stateFolder = join(first?.folder ?? '', 'state', 'engine');
    // What a frozen base makes of the rows is saved once, and taken from there.
    const hasStates = async (at = '') => (await readdir(at)).includes('base-states');
    expect(await hasStates(first?.folder)).toBe(recipe.adaptation.type === 'head');
    const baseStates = join(first?.folder ?? '', 'base-states');
    const resumed = await job(name, recipe, { stateFolder, baseStates });
    for (const { folder: at } of resumed.saved) expect(await hasStates(at)).toBe(false);
    const end = resumed.saved.at(-1);
    expect(end?.step).toBe(last?.step);
    const bytes = await weightsOf(end?.folder ?? '', `${file}.safetensors`);
    expect(bytes.equals(await weightsOf(last?.folder ?? '', `${file}.safetensors`))).toBe(true);
    const losses = whole.sent.flatMap((message) => (message.kind === 'score' ? message.score : []));
    expect(losses.length).toBeGreaterThan(1);
  },
);

it.each([
  ['classification', 'accuracy', lora, 'adapter_model'],
  ['classification', 'macro_f1', { adaptation: { type: 'full' } }, 'model'],
  ['token-classification', 'span_f1', { ...lora, task: spans }, 'adapter_model'],
] as const)(
  'a job of %s that follows %s keeps the same step and bytes, wherever it was killed, %j',
  async (name, metric, how, file) => {
    const rule = { metric, everySteps: 1, patience: 2, minimumChange: 0 };
    const recipe: RecipeInput = { ...how, epochs: 4, learningRate: 1e-2, earlyStopping: rule };
    const whole = await job(name, recipe);
    const scores = whole.sent.flatMap((sent) => (sent.kind === 'score' ? [sent.score] : []));
    if (metric !== 'accuracy') expect(scores.every(({ figures }) => metric in figures)).toBe(true);
    const finished = (sent: readonly FromEngine[]) => sent.find(({ kind }) => kind === 'finished');
    const kept = finished(whole.sent);
    const saved = new Map(whole.saved.map((message) => [message.step, message.folder]));
    const bytesOf = (folder = '') => weightsOf(folder, `${file}.safetensors`);
    const cuts = whole.saved.filter(({ why }) => why !== 'final');
    expect(cuts.length).toBeGreaterThan(1);
    for (const { step, folder: at } of cuts) {
      const resumed = await job(name, recipe, {
        stateFolder: join(at, 'state', 'engine'),
        earlierScores: scores.filter((score) => score.step <= step),
      });
      expect(finished(resumed.sent)).toEqual(kept);
      for (const message of resumed.saved)
        expect(
          (await bytesOf(message.folder)).equals(await bytesOf(saved.get(message.step))),
          `step ${message.step} after a kill at ${step}`,
        ).toBe(true);
    }
  },
);

it.each([
  ['classification', lora, 'adapter'],
  ['classification of a decoder', lora, 'adapter'],
  ['classification', { adaptation: { type: 'full' } }, 'merged'],
] as const)(
  'a job goes on from a tuned model of %s with its head, %j',
  async (name, recipe, kind) => {
    const first = await job(name, recipe);
    const model = join(first.saved.at(-1)?.folder ?? '', 'model');
    const scores = (sent: readonly FromEngine[]) =>
      sent.flatMap((message) => (message.kind === 'score' ? [message.score.loss] : []));
    const start = { kind, folder: model, digest: 'of the first' };
    const still = { ...recipe, learningRate: 1e-30, epochs: 1 };
    const next = await job(name, still, { start });
    expect(scores(next.sent).at(-1)).toBe(scores(first.sent).at(-1));
  },
);

const needs = (task: EstimateTask): Promise<RunNeeds> =>
  estimateTask({ ...task, products: 'onnxruntime' });
const memoryOf = async (task: EstimateTask): Promise<number> => (await needs(task)).memoryBytes;

it.each(taskCases.map((one) => [one.name, one] as const))(
  'what a run of %s takes is estimated without its rows',
  async (_, one) => {
    const { model } = await openTaskCase(one, join(folder.path, 'model'));
    const recipe = { task: one.task, batchSize: 2, ...lora };
    const bytes = (longest: number) =>
      memoryOf({ modelFolder: model.path, recipe, longest, rows: 2, tokens: 2 * longest });
    const short = await bytes(8);
    expect(short).toBeGreaterThan(0);
    expect(await bytes(48)).toBeGreaterThan(short);
  },
);

it('the estimate of embeddings counts the texts of an example', async () => {
  const one = taskCases.find(({ name }) => name.startsWith('embedding')) ?? expect.fail();
  const { model } = await openTaskCase(one, join(folder.path, 'model'));
  const recipe = { task: one.task, batchSize: 2, ...lora };
  const run = { modelFolder: model.path, recipe, longest: 24, rows: 2, tokens: 96 };
  const pairs = await memoryOf(run);
  expect(await memoryOf({ ...run, sequences: 2 })).toBe(pairs);
  expect(await memoryOf({ ...run, sequences: 6 })).toBeGreaterThan(pairs);
});

it('the estimate of a run that learns from rewards counts the weights and the answers of who samples', async () => {
  const modelFolder = join(import.meta.dirname, '../../../../../models/lathe-tiny');
  const bytes = (longest: number, reinforcement?: { maxCompletionTokens: number }) =>
    memoryOf({
      ...{ modelFolder, longest, rows: 8, tokens: 8 * longest, sequences: 1 },
      recipe: {
        ...{ batchSize: 4, adaptation: { type: 'full' } },
        ...(reinforcement && { reinforcement }),
      },
    });
  // 1,049,728 parameters in float32; keys and values of 4 layers with 2 heads of 32 numbers, for 32 answers of 64 tokens.
  const sampler = 4 * (1_049_728 + 2 * 4 * 2 * 32 * 64 * 32);
  const learning = await bytes(32, { maxCompletionTokens: 32 });
  expect(learning - (await bytes(64))).toBeGreaterThanOrEqual(sampler);
});

it('the estimate of a head alone counts the states that are kept, where they are', async () => {
  const one = taskCases.find(({ name }) => name === 'classification') ?? expect.fail();
  const { model } = await openTaskCase(one, join(folder.path, 'model'));
  const recipe = { task: one.task, batchSize: 2, adaptation: { type: 'head' as const } };
  const run = { modelFolder: model.path, recipe, longest: 24, sequences: 1, tokens: 24 };
  // In one epoch nothing is kept of single layers.
  const bytes = (rows: number, more: { keptStateBytes?: number } = {}) =>
    memoryOf({ ...run, rows, recipe: { ...recipe, epochs: 1, ...more } });
  const state = 4 * model.config.hiddenSize;
  expect((await bytes(5000)) - (await bytes(1000))).toBe(4000 * state);
  const bare = await bytes(5000, { keptStateBytes: 0 });
  expect((await bytes(5000)) - bare).toBe(5000 * state);
  expect(await bytes(5000, { keptStateBytes: 5000 * state - 1 })).toBe(bare);
});

it('what a run writes is as large as was estimated', async () => {
  const one = taskCases.find(({ name }) => name === 'classification') ?? expect.fail();
  const { model } = await openTaskCase(one, join(folder.path, 'model'));
  for (const method of [lora, { adaptation: { type: 'full' } }] as const) {
    const recipe = { task: one.task, batchSize: 2, ...method };
    const run = { modelFolder: model.path, recipe, longest: 24, rows: 4, tokens: 96 };
    const { modelBytes, stateBytes } = await needs(run);
    const { saved } = await job('classification', method);
    const sizeOf = async (part: string) => {
      const place = join(saved.at(part === 'state' ? 0 : -1)?.folder ?? '', part);
      const files = await readdir(place, { recursive: true, withFileTypes: true });
      const weights = files.filter(({ name }) => name.endsWith('.safetensors'));
      const sizes = await Promise.all(
        weights.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    // Beside the numbers there are headers, which name them.
    for (const [bytes, part] of [
      [modelBytes, 'model'],
      [stateBytes, 'state'],
    ] as const) {
      expect(await sizeOf(part)).toBeGreaterThanOrEqual(bytes);
      expect(await sizeOf(part)).toBeLessThan(bytes + 20_000);
    }
  }
});
