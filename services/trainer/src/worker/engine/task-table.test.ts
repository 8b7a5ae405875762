/** Every task on every kind of base model by every method: it trains, or it is refused by name. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import {
  openTaskCase,
  type TaskCase,
  taskCases,
} from '@lathe/engine/internal/parity/task-rows.fixture';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { type Architecture, type Task, taskArchitectures } from '@lathe/recipe/task';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTrainer } from './open-trainer.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const methods: readonly NonNullable<RecipeInput['adaptation']>[] = [
  { type: 'full' },
  { type: 'layers', last: 1 },
  { type: 'lora', rank: 2 },
  { type: 'ia3' },
  { type: 'prompt-tuning', tokens: 2 },
  { type: 'head' },
];

/** How runs end: after two steps that changed the loss, or with the reason why there are none. */
const ends = {
  trains: /^trains$/,
  writes: /^The task [a-z-]+ needs a model that writes text; bert is an encoder \(bert\)\.$/,
  reads: /^The task [a-z-]+ needs an encoder, such as bert; tied is a decoder \(llama\)\.$/,
  headless: /The task [a-z-]+ has no head of its own to train alone\.$/,
  prompts: /^Prompt tuning needs a decoder, not bert\.$/,
  compares: /^Prompt tuning does not go with dpo, which compares with the base model\.$/,
} as const;

type End = keyof typeof ends;
type Method = (typeof methods)[number];

/** What comes of two steps of a task. */
async function twoSteps(task: string, family: 'bert' | 'tied', adaptation: Method) {
  const isOf = (each: TaskCase): boolean => each.task.type === task;
  const one =
    taskCases.find((each) => isOf(each) && each.family === family) ??
    taskCases.find(isOf) ??
    expect.fail(task);
  const { model, rows } = await openTaskCase({ ...one, family }, join(folder.path, family));
  const shard = join(folder.path, `${task} ${family}.shard`);
  await writeFile(shard, encodeShard(rows));
  const recipe: RecipeInput = {
    ...{ task: one.task, adaptation, batchSize: 2, seed: 7 },
    ...(task === 'preference' && { preference: { loss: 'sigmoid' } }),
  };
  try {
    const trainer = await openTrainer({
      ...{ modelFolder: model.path, recipe, outputFolder: folder.path, start: null },
      ...{ checkpointEvery: null, trainShards: [shard], heldOutShards: [], stateFolder: null },
      ...{ earlierScores: [], device: 'cpu', threads: 1, saveStateMs: 1e9, stepBatchMs: 0 },
      ...{ orphanMs: 1e9, restBytes: 0 },
    });
    try {
      const first = await trainer.trainStep();
      const second = await trainer.trainStep();
      const { loss, gradientNorm } = first;
      const isSound = [loss, gradientNorm, second.loss].every(Number.isFinite) && gradientNorm > 0;
      return isSound && second.loss !== loss ? 'trains' : 'learns nothing';
    } finally {
      await trainer.dispose();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** By the methods in their order. */
const cells = {
  encoder: {
    generation: ['writes', 'writes', 'writes', 'writes', 'writes', 'headless'],
    preference: ['writes', 'writes', 'writes', 'writes', 'writes', 'headless'],
    reward: ['trains', 'trains', 'trains', 'trains', 'prompts', 'trains'],
    classification: ['trains', 'trains', 'trains', 'trains', 'prompts', 'trains'],
    'token-classification': ['trains', 'trains', 'trains', 'trains', 'prompts', 'trains'],
    'question-answering': ['trains', 'trains', 'trains', 'trains', 'prompts', 'trains'],
    embedding: ['trains', 'trains', 'trains', 'trains', 'prompts', 'headless'],
    'masked-lm': ['trains', 'trains', 'trains', 'trains', 'prompts', 'trains'],
  },
  decoder: {
    generation: ['trains', 'trains', 'trains', 'trains', 'trains', 'headless'],
    preference: ['trains', 'trains', 'trains', 'trains', 'compares', 'headless'],
    reward: ['trains', 'trains', 'trains', 'trains', 'trains', 'trains'],
    classification: ['trains', 'trains', 'trains', 'trains', 'trains', 'trains'],
    'token-classification': ['trains', 'trains', 'trains', 'trains', 'trains', 'trains'],
    'question-answering': ['reads', 'reads', 'reads', 'reads', 'reads', 'reads'],
    embedding: ['trains', 'trains', 'trains', 'trains', 'trains', 'headless'],
    'masked-lm': ['reads', 'reads', 'reads', 'reads', 'reads', 'reads'],
  },
} as const satisfies Readonly<Record<Architecture, Readonly<Record<Task['type'], readonly End[]>>>>;

const rows = Object.entries(cells).flatMap(([architecture, tasks]) =>
  Object.entries<readonly End[]>(tasks).map(
    ([task, row]) => [task, architecture as Architecture, row] as const,
  ),
);

it.each(rows)(
  '%s on a model that is %s trains by every method that fits',
  async (task, architecture, row) => {
    const family = architecture === 'encoder' ? 'bert' : 'tied';
    const found: string[] = [];
    for (const method of methods) found.push(await twoSteps(task, family, method));
    for (const [at, end] of row.entries()) expect(found[at]).toMatch(ends[end]);
    const isTaught = row.some((end) => end === 'trains');
    expect(taskArchitectures[task as Task['type']].includes(architecture)).toBe(isTaught);
  },
);
