import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';
import { trainLocally } from '@lathe/engine/internal/local/train-locally';
import { checkRecipe, type RecipeInput } from '@lathe/recipe/recipe';
import { formatRecipe, parseRecipe } from '@lathe/recipe/wire';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { openTrainer } from './open-trainer.ts';
import { trainLoop } from './train-loop.ts';

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
  ['dora', { adaptation: { type: 'lora', rank: 4, dora: true } }, chats],
  ['ia3', { adaptation: { type: 'ia3' } }, chats],
  ['layers', { adaptation: { type: 'layers', last: 1 } }, chats],
  ['texts in pieces', { ...lora, maxTokens: 5 }, texts],
  ['labels to write', lora, labelled],
  ['reward', { ...lora, task: reward }, pairs],
  ['classification', { ...head, task: classification }, labelled],
  ['token-classification', { ...lora, task: { type: 'token-classification' } }, tagged],
  ['embedding', lora, related],
];
const encoder: readonly [string, RecipeInput, readonly object[]][] = [
  ['classification', lora, labelled],
  ['weighed labels', { ...full, classWeights: 'balanced', sampling: 'balanced' }, labelled],
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

const jsonl = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

type Given = {
  /** Of a model in `models`, or the path of another. */
  readonly name: string;
  readonly of: string;
  readonly rows: readonly object[];
  readonly held?: readonly object[];
};

/** Folders of the model that the local command writes and of the one that a job keeps, from the same recipe and rows. */
async function bothWays(given: RecipeInput, of: Given) {
  const { task, run, recipe } = await jobOf(given, of);
  const local = await trainLocally({ ...run, recipe, print: () => undefined });
  return { local, task, ...(await runJob(task)) };
}

/** What a job's engine is told, and what the local command is, for the same recipe and rows. */
async function jobOf(given: RecipeInput, { name, of, rows, held = [] }: Given) {
  const model = resolve(models, name);
  const recipe = checkRecipe({ epochs: 1, batchSize: 2, maxTokens: 64, seed: 5, ...given });
  const place = join(folder.path, `${basename(name)} ${of}`);
  const data = `${place}.jsonl`;
  const validation = held.length === 0 ? undefined : `${place} held.jsonl`;
  await writeFile(data, jsonl(rows));
  if (validation !== undefined) await writeFile(validation, jsonl(held));
  const run = { model, data, validation, out: `${place} local`, device: 'cpu' as const };

  // services/ingest/src/integration/local.test.ts holds these rows against those of a job.
  const encoders = await loadEncoders(model);
  const training = await readDataset(data, encoders, { recipe });
  const shards: string[] = [];
  for (const file of [data, ...(validation === undefined ? [] : [validation])]) {
    const { rows: tokens } = await readDataset(file, encoders, { recipe, training });
    await writeFile(`${file}.shard`, encodeShard(tokens));
    shards.push(`${file}.shard`);
  }
  const { task } = training.targets;
  const isWritten = task.type === 'generation' || task.type === 'preference';
  const engineTask: EngineTask = {
    ...{ modelFolder: model, start: null, trainShards: shards.slice(0, 1) },
    ...{ heldOutShards: shards.slice(1), outputFolder: `${place} job` },
    recipe: parseRecipe(formatRecipe(checkRecipe({ ...recipe, ...(!isWritten && { task }) }))),
    ...{ checkpointEvery: null, stateFolder: null, earlierScores: [], device: 'cpu', threads: 0 },
    ...{ saveStateMs: 1e9, stepBatchMs: 0, orphanMs: 1e9, restBytes: 0 },
  };
  return { task: engineTask, run, recipe };
}

/** A job's run to its end. */
async function runJob(task: EngineTask) {
  const sent: FromEngine[] = [];
  const trainer = await openTrainer(task);
  const { totalSteps } = trainer;
  try {
    await trainLoop(trainer, task, {
      ...{ breathe: async () => {}, now: () => 0, stopWanted: () => false },
      send: (message) => void sent.push(message),
    });
  } finally {
    await trainer.dispose();
  }
  const finished = sent.find((message) => message.kind === 'finished');
  const saved = sent.flatMap((message) => (message.kind === 'saved' ? [message] : []));
  const kept = saved.findLast(({ step }) => step === finished?.step);
  // The best step of a run that was resumed may lie before that.
  const job = join(kept?.folder ?? '', 'model');
  const scores = sent.flatMap((message) => (message.kind === 'score' ? [message.score] : []));
  return { job, saved, scores, step: finished?.step, totalSteps };
}

async function expectSame(local: string, job: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const bytes = await readFile(join(job, file));
    expect(bytes.equals(await readFile(join(local, file))), file).toBe(true);
  }
}

const adapter = ['adapter_model.safetensors', 'adapter_config.json'];

test.each(cases)(
  '%s, %s: a job and the local command write the same bytes',
  async (name, of, recipe, rows) => {
    const { local, job } = await bothWays(recipe, { name, of, rows });
    const isWhole = local.endsWith('model');
    await expectSame(local, job, isWhole ? ['model.safetensors', 'config.json'] : adapter);
  },
);

test.each([
  ['rouge_l', lora],
  ['rouge_l', full],
  ['right_calls', lora],
] as const)('both watch %s of what the model writes, %j', async (metric, adaptation) => {
  const watching = { metric, everySteps: 1, patience: 1 };
  const recipe: RecipeInput = { ...adaptation, epochs: 2, earlyStopping: watching };
  const of = `${metric} ${adaptation.adaptation.type}`;
  const both = bothWays(recipe, { name: 'lathe-tiny', of, rows: chats, held: chats });
  if (metric === 'right_calls')
    return expect(both).rejects.toThrow(/early stopping watches right_calls, (but|which no)/);
  const { local, job, scores } = await both;
  await expectSame(local, job, local.endsWith('model') ? ['model.safetensors'] : adapter);
  for (const { figures } of scores) expect(figures[metric]).toBeGreaterThanOrEqual(0);
  const lines = (await readFile(join(dirname(local), 'metrics.jsonl'), 'utf8')).split('\n');
  const told = lines.flatMap((line) =>
    line.includes(`valid_${metric}`) ? [JSON.parse(line)] : [],
  );
  expect(told.map((line) => line[`valid_${metric}`])).toEqual(
    scores.map(({ figures }) => figures[metric]),
  );
});

const look = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };
const called = (place: string) => ({
  ...{ id: 'call_1', type: 'function' },
  function: { name: 'look', arguments: JSON.stringify({ place }) },
});

test.each([
  [
    'number_match',
    words.slice(2).map((word, at) => [...ask(`how many ${word}`), ...say(`There are ${at + 3}.`)]),
  ],
  [
    'equal_fields',
    words.slice(2).map((word) => [...ask(`say ${word}`), ...say(`{"colour": "${word}"}`)]),
  ],
  [
    'right_calls',
    words
      .slice(2)
      .map((word) => [
        ...ask(`look at ${word}`),
        { role: 'assistant', tool_calls: [called(word)] },
      ]),
  ],
] as const)('%s rises while a model learns what it is asked', async (metric, conversations) => {
  const name = join(folder.path, 'with tools');
  await cp(join(models, 'lathe-tiny'), name, { recursive: true });
  await cp(
    join(import.meta.dirname, '../../../../../examples/tools/tool_use.jinja'),
    join(name, 'additional_chat_templates', 'tool_use.jinja'),
  );
  const tools = metric === 'right_calls' ? { tools: [look] } : {};
  const rows = conversations.map((messages) => ({ messages, ...tools }));
  const earlyStopping = { metric, everySteps: 4, patience: 9 };
  const learning = { ...full, epochs: 2, learningRate: 1e-3, maxTokens: 256 };
  // Often in few epochs: each ends in a checkpoint.
  const often = Array.from({ length: 16 }, () => rows).flat();
  const given = { name, of: metric, rows: often, held: rows };
  const { task } = await jobOf({ ...learning, earlyStopping }, given);
  const { scores } = await runJob(task);
  const told = scores.map(({ figures }) => figures[metric] ?? Number.NaN);
  expect(told[0]).toBeLessThan(1);
  expect(Math.max(...told)).toBe(1);
});

test('a job that watches what its model writes goes on from a checkpoint to the same bytes', async () => {
  const earlyStopping = { metric: 'rouge_l', everySteps: 1, patience: 9 } as const;
  const recipe: RecipeInput = { ...lora, epochs: 2, earlyStopping };
  const given = { name: 'lathe-tiny', of: 'a resumed one', rows: chats, held: chats.slice(0, 2) };
  const { task } = await bothWays(recipe, given);
  const often = { ...task, checkpointEvery: 1 };
  const whole = await runJob({ ...often, outputFolder: `${task.outputFolder} whole` });
  const [first = expect.fail('no checkpoint')] = whole.saved;
  const resumed = await runJob({
    ...{ ...often, outputFolder: `${task.outputFolder} again` },
    stateFolder: join(first.folder, 'state', 'engine'),
    earlierScores: whole.scores.filter(({ step }) => step <= first.step),
  });
  expect(resumed.scores).toEqual(whole.scores.filter(({ step }) => step > first.step));
  expect(resumed.step).toBe(whole.step);
  for (const { step, folder: place } of resumed.saved) {
    const same = whole.saved.find((each) => each.step === step) ?? expect.fail(`step ${step}`);
    await expectSame(join(same.folder, 'model'), join(place, 'model'), adapter);
  }
  expect(resumed.saved.length).toBeGreaterThan(1);
});

test('both keep the best step by held-out rows', async () => {
  const recipe: RecipeInput = { ...full, epochs: 4, learningRate: 1e-3, earlyStopping: {} };
  const held = labelled.map(({ text }, at) => ({ text, label: words[(at + 1) % 2] }));
  const of = 'the best step';
  const name = 'lathe-tiny-encoder';
  const { local, job, step, totalSteps } = await bothWays(recipe, {
    name,
    of,
    rows: labelled,
    held,
  });
  expect(step).toBeLessThan(totalSteps);
  await expectSame(local, job, ['model.safetensors']);
});
