import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSafetensors, readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { objectiveFor } from '../objectives/objective-for.ts';
import { openTaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { createTrainer, type Trainer } from '../train/trainer.ts';
import { adapterValues, readAdapterOf } from './peft-virtual.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-peft-head-'));
});
afterAll(() => rm(root, { recursive: true }));

const lora = { type: 'lora', rank: 2 } as const;
const prompt = { type: 'prompt-tuning', tokens: 2 } as const;
const prefix = { type: 'prefix-tuning', tokens: 2 } as const;

/** A task with the way it is tuned, and the modules that peft saves whole. */
const cases: [name: string, RecipeInput['adaptation'], head: string[]][] = [
  ['classification', lora, ['bert.pooler.dense.weight', 'classifier.weight']],
  ['classification of a decoder', lora, ['score.weight']],
  ['classification of a decoder', prompt, ['score.weight']],
  ['reward', prefix, ['score.weight']],
  ['several labels', lora, ['classifier.out_proj.weight']],
  ['token-classification', lora, ['classifier.bias']],
  ['question-answering', lora, ['qa_outputs.weight']],
  ['masked-lm', lora, ['cls.predictions.transform.dense.weight', 'cls.predictions.bias']],
  ['embedding', lora, []],
  ['embedding of scored pairs', lora, []],
];

async function opened(name: string, adaptation: RecipeInput['adaptation'], adapter?: string) {
  const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
  const { model, rows } = await openTaskCase(one, join(root, 'model'));
  const recipe = { task: one.task, adaptation, batchSize: 2, learningRate: 1e-2 };
  const settings = resolveRecipe(recipe);
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const examples = examplesOf(rows);
    const given = adapter === undefined ? undefined : await readAdapterOf(model, adapter);
    const values = given && adapterValues(given);
    const run = { model, settings, objective, examples, adapter: values };
    const trainer = await createTrainer(run);
    return {
      ...{ given, trainer: trainer as unknown as Trainer<never> },
      loss: async () => (await trainer.evaluate(examples)).loss,
    };
  });
}

it.each(cases)('%s: what an adapter and its head learned is read back, %j', async (...one) => {
  const [name, adaptation, head] = one;
  const folder = await mkdtemp(join(root, 'adapter-'));
  const first = await opened(name, adaptation);
  await first.trainer.trainStep();
  await first.trainer.trainStep();
  const loss = await first.loss();
  await first.trainer.exportAdapter(join(folder, 'written'));
  await first.trainer.dispose();
  const again = await opened(name, adaptation, join(folder, 'written'));
  expect(await again.loss()).toBe(loss);
  await again.trainer.dispose();
  for (const tensor of head) expect([...(again.given?.head?.keys() ?? [])]).toContain(tensor);
  if (head.length === 0) expect(again.given?.head).toBeUndefined();
});

it('refuses a head for masked words whose words are not those of the model', async () => {
  const folder = join(root, 'foreign');
  const { trainer } = await opened('masked-lm', lora);
  await trainer.exportAdapter(folder);
  await trainer.dispose();
  const file = join(folder, 'adapter_model.safetensors');
  const { tensors } = await readSafetensors(file);
  const changed = await Promise.all(
    [...tensors].map(async ([name, entry]) => {
      const data = await readTensor(entry);
      if (name.endsWith('decoder.weight')) data[0] = 7;
      return { name, dtype: 'F32' as const, shape: entry.shape, data };
    }),
  );
  await writeSafetensors(file, changed);
  await expect(opened('masked-lm', lora, folder)).rejects.toThrow(
    'it is not the word embeddings of the model',
  );
});
