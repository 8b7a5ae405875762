/**
 * What a model learns from the rewards of a task at some settings, each a run in this process without the platform: mean reward, and
 * share of answers for which the task's rule holds, of the prompts by which settings are chosen, before and after
 * (docs/decisions/2026-11-reinforcement-defaults.md).
 *
 *     node bench/reinforce/settings.ts --task string --runs '[{"learningRate":0.001,"groupSize":8,"epochs":1}]' [--seed 11]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';
import { type ModelFolder, openModelFolder } from '@lathe/engine/model-folder';
import { createPolicyTrainer } from '@lathe/engine/policy-trainer';
import { createTrainer } from '@lathe/engine/trainer';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { asked, type Prompt, rewardTasks } from './tasks.ts';

/** What is tried; the rest is as a job of the task has it. */
type Tried = Pick<RecipeInput, 'learningRate' | 'adaptation' | 'epochs' | 'batchSize'> &
  RecipeInput['reinforcement'];

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'string' },
    runs: { type: 'string', default: '[]' },
    seed: { type: 'string', default: '11' },
    every: { type: 'string', default: '20' },
  },
});
const { prompts, choosing, start, rule, reward, lathe } = (await rewardTasks())[values.task] ?? {};
if (prompts === undefined || choosing === undefined || rule === undefined || reward === undefined)
  throw new RangeError(`no reward of ${values.task} is computed here`);
const path = 'models/lathe-tiny';
const encoders = await loadEncoders(path);
const folder = await mkdtemp(join(tmpdir(), 'lathe-rewards-'));
const [seed, every] = [Number(values.seed), Number(values.every)];

const tokensOf = ({ question }: Prompt): Int32Array =>
  Int32Array.from(encoders.chat().prompt([asked(question)], undefined).tokens);

/** The model after the job that the task begins with, where it has one. */
async function startingModel(): Promise<ModelFolder> {
  const model = await openModelFolder(path);
  if (start === undefined) return model;
  const file = join(folder, 'rows.jsonl');
  await writeFile(file, start.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { rows: examples } = await readDataset(file, encoders);
  const { n_epochs: epochs, batch_size: batchSize } = start.settings.hyperparameters;
  const { adaptation, learning_rate: learningRate } = start.settings.lathe;
  const settings = resolveRecipe({ epochs, batchSize, adaptation, learningRate, seed });
  const trainer = await createTrainer({ model, examples, settings, objective: causalLm });
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
  const out = join(folder, 'start');
  await trainer.exportMerged(out);
  await trainer.dispose();
  return await openModelFolder(out);
}

/** One run: mean reward and share by the rule at its start, every so many steps, and its end. */
async function learn(model: ModelFolder, tried: Tried): Promise<string[]> {
  const { learningRate, adaptation, epochs = 1, batchSize = 8, ...reinforcement } = tried;
  const maxCompletionTokens = lathe?.reinforcement.max_completion_tokens ?? 16;
  const trainer = await createPolicyTrainer({
    model,
    prompts: (prompts ?? []).map(tokensOf),
    settings: resolveRecipe({
      ...{ epochs, batchSize, seed, learningRate },
      adaptation: adaptation ?? { type: 'lora' },
      reinforcement: { evaluationSamples: 4, maxCompletionTokens, ...reinforcement },
    }),
    folder: join(folder, 'policy'),
    grade: async (purpose, answers) => {
      const of = purpose === 'held-out' ? choosing : prompts;
      return answers.map(({ prompt, text }) => reward?.(text, of?.[prompt] as Prompt));
    },
  });
  const told: string[] = [];
  const tell = async (): Promise<void> => {
    const { figures, answers } = await trainer.evaluate((choosing ?? []).map(tokensOf));
    const right = answers.filter(({ text, prompt }) =>
      rule?.holds(text, choosing?.[prompt] as Prompt),
    );
    const share = right.length / answers.length;
    told.push(`${trainer.step}: ${figures.reward?.toFixed(3)}, ${(100 * share).toFixed(0)} %`);
    console.error(told.at(-1));
  };
  await tell();
  while (trainer.step < trainer.totalSteps) {
    await trainer.trainStep();
    if (trainer.step % every === 0 || trainer.step === trainer.totalSteps) await tell();
  }
  await trainer.dispose();
  return told;
}

try {
  const model = await startingModel();
  for (const tried of JSON.parse(values.runs) as readonly Tried[]) {
    const begun = performance.now();
    const told = await learn(model, tried);
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`| ${JSON.stringify(tried)} | ${told.join(' | ')} | ${seconds} s |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
