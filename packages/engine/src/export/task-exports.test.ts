/** What can be exported of each task by each method: equal answers, or one sentence. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { readModelTask } from '../families/model-task.ts';
import { readSentencePooling } from '../families/sentence-folder.ts';
import { objectiveFor } from '../objectives/objective-for.ts';
import { openTaskCase, type TaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { createTrainer, type Trainer } from '../train/trainer.ts';
import { exportModel } from './export.ts';
import type { ExportKind } from './verify.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-task-exports-'));
});
afterAll(() => rm(root, { recursive: true }));

type Method = NonNullable<RecipeInput['adaptation']>;
const lora: Method = { type: 'lora', rank: 2 };
const full: Method = { type: 'full' };
const kinds = ['merged', 'onnx', 'gguf', 'modelfile', 'adapter-modelfile'] as const;

async function opened(one: TaskCase, adaptation: Method, from?: AnyModelFolder) {
  const { model, rows } = await openTaskCase(one, await mkdtemp(join(root, 'model-')));
  const recipe = { task: one.task, adaptation, batchSize: 2, learningRate: 1e-2 };
  const settings = resolveRecipe(recipe);
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const examples = examplesOf(rows);
    const trainer = await createTrainer({ model: from ?? model, settings, objective, examples });
    return {
      ...{ model, task: objective.task, trainer: trainer as unknown as Trainer<never> },
      loss: async () => (await trainer.evaluate(examples)).loss,
    };
  });
}

/** Trains two steps and writes what the method gives out: an adapter beside its base, or a whole model. */
async function trained(one: TaskCase, adaptation: Method, what: 'adapter' | 'merged') {
  const run = await opened(one, adaptation);
  await run.trainer.trainStep();
  await run.trainer.trainStep();
  const out = join(await mkdtemp(join(root, 'trained-')), 'model');
  await (what === 'adapter' ? run.trainer.exportAdapter(out) : run.trainer.exportMerged(out));
  const loss = await run.loss();
  await run.trainer.dispose();
  const request =
    what === 'adapter'
      ? { model: run.model.path, adapter: out }
      : { model: out, adapter: undefined };
  return { ...run, request, loss };
}

/** Which kinds a task has on a family of models; a decoder that embeds is a GGUF file, but no Modelfile. */
function kindsOf({ family, task: { type } }: TaskCase, hasAdapter: boolean): readonly ExportKind[] {
  const writes = type === 'generation' || type === 'preference';
  if (writes) return kinds.filter((kind) => hasAdapter || kind !== 'adapter-modelfile');
  return family === 'tied' && type === 'embedding'
    ? ['merged', 'onnx', 'gguf']
    : ['merged', 'onnx'];
}

const refusals =
  /model_type is "(bert|roberta|distilbert|modernbert)"; (GGUF is written of decoders only|Ollama takes (folders|adapters) of llama)|(architectures|task_type) says [a-z-]+; [a-z-]+ is written of models that write text$/;

async function exported(one: TaskCase, adaptation: Method, what: 'adapter' | 'merged') {
  const { request, task, loss } = await trained(one, adaptation, what);
  const able = kindsOf(one, what === 'adapter');
  for (const kind of kinds) {
    if (kind === 'adapter-modelfile' && what === 'merged') continue;
    const out = join(await mkdtemp(join(root, `${kind}-`)), 'out');
    const dtype = kind === 'gguf' ? 'f32' : undefined;
    const asked = exportModel({ ...request, kind, out, dtype });
    if (!able.includes(kind)) {
      await expect(asked).rejects.toThrow(refusals);
      continue;
    }
    expect((await asked).replay.relative).toBeLessThan(1e-4);
    if (kind !== 'merged') continue;
    const merged = await openAnyModelFolder(out);
    const { pooling, ...told } = { pooling: undefined, ...task };
    const said = JSON.parse(JSON.stringify(told)) as object;
    expect((await readModelTask(merged)) ?? {}).toMatchObject(said);
    expect(await readSentencePooling(out)).toBe(pooling);
    // Pairs are judged beside the model that a run begins with, which is another now.
    if (one.task.type === 'preference') continue;
    const again = await opened(one, full, merged);
    expect(Math.abs((await again.loss()) / loss - 1)).toBeLessThan(1e-4);
    await again.trainer.dispose();
  }
}

it.each(taskCases.map((one) => [one.name, one] as const))(
  '%s by an adapter: each kind of export answers as base and adapter do, or is refused',
  async (_, one) => exported(one, lora, 'adapter'),
);

it.each(taskCases.map((one) => [one.name, one] as const))(
  '%s by all weights: each kind of export answers as the model does, or is refused',
  async (_, one) => exported(one, full, 'merged'),
);

const others: readonly (readonly [name: string, method: Method])[] = [
  ['classification', { type: 'head' }],
  ['classification', { type: 'layers', last: 1 }],
  ['classification', { ...lora, dora: true }],
  ['classification', { type: 'ia3' }],
  ['classification', { type: 'tokens', tokens: [7, 20] }],
  ['classification of a decoder', { type: 'head' }],
  ['classification of a decoder', { type: 'ia3' }],
];

it.each(others)(
  '%s by %j: each kind of export answers as the merged model does, or is refused',
  async (name, method) => {
    const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
    await exported(one, method, 'merged');
  },
);

it.each([
  [{ type: 'prompt-tuning', tokens: 2 }, 'peft_type says virtual tokens, which are no weights'],
  [{ type: 'prefix-tuning', tokens: 2 }, 'peft_type says virtual tokens, which are no weights'],
  [{ type: 'ia3' }, 'peft_type is "IA3"; supported: LORA, PROMPT_TUNING, PREFIX_TUNING'],
  [{ ...lora, dora: true }, 'use_dora is set'],
] as const)('an adapter of %j is refused in one sentence', async (method, sentence) => {
  const one = taskCases.find(({ name }) => name === 'reward') ?? expect.fail();
  const { request } = await trained(one, method, 'adapter');
  for (const kind of kinds)
    await expect(exportModel({ ...request, kind, out: join(root, 'no') })).rejects.toThrow(
      sentence,
    );
});
