import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import { loadEncoders, readDataset } from '@lathe/engine/dataset-file';
import { trainLocally } from '@lathe/engine/internal/local/train-locally';
import { checkRecipe, type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { formatRecipe, parseRecipe } from '@lathe/recipe/wire';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrainer } from './open-trainer.ts';

const model = join(import.meta.dirname, '../../../../../models/lathe-tiny');
let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const ask = (content: string) => [{ role: 'user', content }];
const say = (content: string) => [{ role: 'assistant', content }];
const words = ['red', 'blue', 'green', 'grey'];
const chats = words.map((word) => ({ messages: [...ask(`say ${word}`), ...say(word)] }));
const pairs = words.map((word) => ({
  input: { messages: ask(`say ${word}`) },
  preferred_output: say(word),
  non_preferred_output: say('no'),
}));
const judged = words.map((word, at) => ({
  input: { messages: ask(`say ${word}`) },
  output: say(word),
  label: at % 2 === 0,
}));
const short = { epochs: 2, batchSize: 2, maxTokens: 64, seed: 5 };

test.each<[string, RecipeInput, readonly object[]]>([
  ['lora', { adaptation: { type: 'lora', rank: 4, dropout: 0.1 }, schedule: 'cosine' }, chats],
  ['dpo', { preference: { loss: 'sigmoid' }, adaptation: { type: 'lora', rank: 4 } }, pairs],
  ['simpo', { preference: { loss: 'simpo' }, adaptation: { type: 'prompt-tuning' } }, pairs],
  ['kto', { preference: { loss: 'kto' }, adaptation: { type: 'prefix-tuning' } }, judged],
  ['full', { adaptation: { type: 'full' }, weightDecay: 0.1 }, chats],
])('%s: a job and the local command write the same bytes', async (name, recipe, rows) => {
  const asked = checkRecipe({ ...short, ...recipe });
  const data = join(folder.path, `${name}.jsonl`);
  await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
  const settings = resolveRecipe(asked);
  const out = join(folder.path, `${name}-local`);
  const run = { model, data, out, settings, device: 'cpu' as const, print: () => undefined };
  const local = await trainLocally(run);

  const shard = join(folder.path, `${name}.shard`);
  const examples = await readDataset(data, await loadEncoders(model), settings.preference);
  await writeFile(shard, encodeShard(examples));
  const trainer = await openTrainer({
    ...{ modelFolder: model, start: null, recipe: parseRecipe(formatRecipe(asked)) },
    ...{ checkpointEvery: null, trainShards: [shard], heldOutShards: [], stateFolder: null },
    ...{ earlierScores: [], outputFolder: out, device: 'cpu', threads: 0, saveStateMs: 1e9 },
    ...{ stepBatchMs: 0, orphanMs: 1e9, restBytes: 0 },
  });
  const job = join(folder.path, `${name}-job`);
  try {
    while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    await trainer.exportModel(job);
  } finally {
    await trainer.dispose();
  }
  const file = recipe.adaptation?.type === 'full' ? 'model' : 'adapter_model';
  const bytes = (path: string) => readFile(join(path, `${file}.safetensors`));
  expect((await bytes(job)).equals(await bytes(local))).toBe(true);
});
