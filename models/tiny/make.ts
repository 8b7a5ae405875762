import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { causalLm } from '@lathe/engine/causal-lm';
import { cpuDevice } from '@lathe/engine/cpu';
import type { Device } from '@lathe/engine/device';
import { exists } from '@lathe/engine/json-file';
import { openModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import { chatExamples, textWindows, tokenizerTexts } from './data.ts';
import { type Measured, modelCard, type Score } from './model-card.ts';
import { companionFiles, specialTokens } from './model-files.ts';
import { printedProgress } from './progress.ts';
import type { Recipe } from './recipe.ts';
import { runStage } from './stage.ts';
import { writeHalfWeights, writeRandomWeights } from './weights.ts';

export interface MakeOptions {
  /** Where the finished model goes; an older one there is replaced. */
  readonly out: string;
  /** Where unfinished work lies, under a name that depends on the recipe. */
  readonly work: string;
  readonly print: (line: string) => void;
  /** Threads of the engine. A model so small is made fastest with one, when other work runs beside it. */
  readonly threads?: number | undefined;
}

/**
 * Makes the built-in model: text, tokenizer, random weights, pre-training, chat tuning, a folder in Hugging Face
 * format. Stopped at any time, it goes on where it stood when it is started again with the same recipe.
 */
export async function makeTinyModel(recipe: Recipe, options: MakeOptions): Promise<Measured> {
  const { print, threads } = options;
  const identity = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const work = path.join(options.work, `lathe-tiny-${identity}`);
  const start = path.join(work, 'random');
  const pretrained = path.join(work, 'pretrained');
  const tuned = path.join(work, 'tuned');

  if (!(await exists(start))) {
    print('Writing text and learning the tokenizer from it');
    await writeStart(recipe, `${start}.part`);
    await rename(`${start}.part`, start);
  }
  const setting: Setting = {
    recipe,
    tokenizer: await loadTokenizer(start),
    template: await loadChatTemplate(start),
    device: cpuDevice(threads === undefined ? {} : { threads }),
    work,
    print,
  };
  if (!(await exists(pretrained))) {
    print('Pre-training from random weights');
    await pretrain(setting, start, pretrained);
  }
  print('Tuning to chat');
  const { parameters, score } = await tuneToChat(setting, pretrained, tuned);
  const text = JSON.parse(await readFile(path.join(work, textScoreFile), 'utf8')) as Score;
  const measured = { parameters, text, chat: score };
  await writeModel({ recipe, measured, from: tuned, out: options.out });
  await rm(work, { recursive: true });
  print(`Wrote ${options.out}`);
  return measured;
}

const textScoreFile = 'text-score.json';

interface Setting {
  readonly recipe: Recipe;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly device: Device;
  readonly work: string;
  readonly print: (line: string) => void;
}

/** Next-token training on raw text; leaves the score on held-out text in the work folder. */
async function pretrain(setting: Setting, from: string, out: string): Promise<void> {
  const { recipe, tokenizer, device, work, print } = setting;
  const { windowTokens, batchSize, learningRate, weightDecay } = recipe.pretraining;
  const trainer = await createTrainer({
    objective: causalLm,
    device,
    model: await openModelFolder(from),
    examples: textWindows(recipe, tokenizer, 'training'),
    settings: resolveRecipe({
      ...onePass(recipe.seed),
      optimizer: { beta2: 0.98, weightDecay },
      batchSize,
      learningRate,
      maxTokens: windowTokens,
      microBatchTokens: windowTokens * batchSize,
    }),
  });
  const { score } = await runStage(trainer, {
    stateFolder: path.join(work, 'pretraining'),
    out: `${out}.part`,
    saveEvery: 200,
    progress: printedProgress('pre-train', { every: 50, print }),
    heldOut: textWindows(recipe, tokenizer, 'heldOut'),
  });
  await writeFile(path.join(work, textScoreFile), JSON.stringify(score));
  await rename(`${out}.part`, out);
}

/** Training on conversations in the chat template, where only answers count. */
async function tuneToChat(setting: Setting, from: string, out: string) {
  const { recipe, device, work, print } = setting;
  const { batchSize, learningRate, maxTokens } = recipe.chat;
  const trainer = await createTrainer({
    objective: causalLm,
    device,
    model: await openModelFolder(from),
    examples: chatExamples(recipe, setting, 'training'),
    settings: resolveRecipe({
      ...onePass(recipe.seed),
      optimizer: { beta2: 0.98 },
      batchSize,
      learningRate,
      maxTokens,
    }),
  });
  return runStage(trainer, {
    stateFolder: path.join(work, 'tuning'),
    out,
    saveEvery: 200,
    progress: printedProgress('chat', { every: 50, print }),
    heldOut: chatExamples(recipe, setting, 'heldOut'),
  });
}

function onePass(seed: number): RecipeInput {
  return {
    adaptation: { type: 'full' },
    epochs: 1,
    schedule: 'cosine',
    warmupRatio: 0.04,
    seed,
  };
}

/** The model before training: tokenizer, small files, random weights. */
async function writeStart(recipe: Recipe, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of companionFiles(recipe, 'float32')) {
    await writeFile(path.join(folder, name), text);
  }
  const tokenizer = trainByteLevelBpe(tokenizerTexts(recipe), {
    vocabularySize: recipe.vocabularySize,
    specialTokens,
  });
  await writeFile(path.join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizer)}\n`);
  await writeRandomWeights(recipe, folder);
}

interface Finished {
  readonly recipe: Recipe;
  readonly measured: Measured;
  readonly from: string;
  readonly out: string;
}

async function writeModel({ recipe, measured, from, out }: Finished): Promise<void> {
  const part = `${out}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  for (const [name, text] of companionFiles(recipe, 'bfloat16')) {
    await writeFile(path.join(part, name), text);
  }
  await copyFile(path.join(from, 'tokenizer.json'), path.join(part, 'tokenizer.json'));
  await writeHalfWeights(from, part);
  await writeFile(path.join(part, 'README.md'), modelCard(recipe, measured));
  await rm(out, { recursive: true, force: true });
  await rename(part, out);
}
