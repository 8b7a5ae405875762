import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';
import { trainLocally } from '@lathe/engine/internal/local/train-locally';
import { checkRecipe, type RecipeInput } from '@lathe/recipe/recipe';
import { formatRecipe, parseRecipe } from '@lathe/recipe/wire';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrainer } from './open-trainer.ts';

const models = join(import.meta.dirname, '../../../../../models');
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
const texts = words.map((text) => ({ text: `${text}, and not ${words[0]}` }));
const labelled = texts.map((row, at) => ({ ...row, label: words[at % 2] }));
const several = texts.map((row, at) => ({ ...row, labels: words.slice(0, 1 + (at % 3)) }));
const scored = texts.map((row, at) => ({ ...row, score: at / 4 }));
const tagged = words.map((word) => ({ tokens: [word, 'is', 'it'], tags: ['B-C', 'O', 'O'] }));
const questions = words.map((word) => ({
  question: 'Which one is it?',
  context: `It is ${word}.`,
  answers: { text: [word], answer_start: [6] },
}));
const related = words.map((word) => ({ anchor: word, positive: `a ${word} one`, negative: 'no' }));
const alike = words.map((word, at) => ({
  ...{ sentence1: word, sentence2: `a ${word} one`, score: at / 4 },
}));

const lora = { adaptation: { type: 'lora', rank: 4, dropout: 0.1 } } as const;
const full = { adaptation: { type: 'full' } } as const;
const head = { adaptation: { type: 'head' } } as const;
const reward = { type: 'reward' } as const;
const classification = { type: 'classification' } as const;

const decoder: readonly [string, RecipeInput, readonly object[]][] = [
  ['lora', { ...lora, epochs: 2, schedule: 'cosine' }, chats],
  ['dpo', { preference: { loss: 'sigmoid' }, ...lora }, pairs],
  ['simpo', { preference: { loss: 'simpo' }, adaptation: { type: 'prompt-tuning' } }, pairs],
  ['kto', { preference: { loss: 'kto' }, adaptation: { type: 'prefix-tuning' } }, judged],
  ['full', { ...full, weightDecay: 0.1 }, chats],
  ['texts in pieces', { ...lora, maxTokens: 5 }, texts],
  ['labels to write', lora, labelled],
  ['reward', { ...lora, task: reward }, pairs],
  ['classification', { ...head, task: classification }, labelled],
  ['embedding', lora, related],
];
const encoder: readonly [string, RecipeInput, readonly object[]][] = [
  ['classification', lora, labelled],
  ['several labels', { ...head, task: { ...classification, labels: words } }, several],
  ['numbers', full, scored],
  ['token-classification', lora, tagged],
  ['question-answering', full, questions],
  ['embedding', full, related],
  ['embedding of scored pairs', lora, alike],
  ['masked-lm', lora, texts],
  ['reward', head, pairs],
  ['reward of scored texts', { ...lora, task: reward }, scored],
];
const cases = [
  ...decoder.map((each) => ['lathe-tiny', ...each] as const),
  ...encoder.map((each) => ['lathe-tiny-encoder', ...each] as const),
];

test.each(cases)(
  '%s, %s: a job and the local command write the same bytes',
  async (name, of, given, rows) => {
    const model = join(models, name);
    const recipe = checkRecipe({
      ...{ epochs: 1, batchSize: 2, maxTokens: 64, seed: 5 },
      ...given,
    });
    const place = join(folder.path, `${name} ${of}`);
    const data = `${place}.jsonl`;
    await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
    const run = { model, data, out: `${place} local`, device: 'cpu' as const };
    const local = await trainLocally({ ...run, recipe, print: () => undefined });

    // services/ingest/src/integration/local.test.ts holds these rows against those of a job.
    const dataset = await readDataset(data, await loadEncoders(model), { recipe });
    await writeFile(`${place}.shard`, encodeShard(dataset.rows));
    const { task } = dataset.targets;
    const isWritten = task.type === 'generation' || task.type === 'preference';
    const trainer = await openTrainer({
      ...{ modelFolder: model, start: null, trainShards: [`${place}.shard`], heldOutShards: [] },
      recipe: parseRecipe(formatRecipe(checkRecipe({ ...recipe, ...(!isWritten && { task }) }))),
      ...{ checkpointEvery: null, stateFolder: null, earlierScores: [], outputFolder: place },
      ...{ device: 'cpu', threads: 0, saveStateMs: 1e9, stepBatchMs: 0, orphanMs: 1e9 },
      restBytes: 0,
    });
    try {
      while (trainer.step < trainer.totalSteps) await trainer.trainStep();
      await trainer.exportModel(`${place} job`);
    } finally {
      await trainer.dispose();
    }
    const isWhole = ['full', 'head'].includes(recipe.adaptation?.type ?? 'lora');
    const file = `${isWhole ? 'model' : 'adapter_model'}.safetensors`;
    const bytes = await readFile(join(`${place} job`, file));
    expect(bytes.equals(await readFile(join(local, file)))).toBe(true);
    const config = isWhole ? 'config.json' : 'adapter_config.json';
    expect(await readFile(join(local, config), 'utf8')).toBe(
      await readFile(join(`${place} job`, config), 'utf8'),
    );
  },
);
