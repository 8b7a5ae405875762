import { createHash } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists, openModelFolder } from '@lathe/engine/checkpoint/model-folder';
import { parseTrainingSettings } from '@lathe/engine/train/settings';
import { createTrainer } from '@lathe/engine/train/trainer';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import { chatExamples, textWindows, tokenizerTexts } from './data.ts';
import { type Measured, modelCard } from './model-card.ts';
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
}

/**
 * Makes the built-in model: text, tokenizer, random weights, pre-training, chat tuning, a folder in Hugging Face
 * format. Stopped at any time, it goes on where it stood when it is started again with the same recipe.
 */
export async function makeTinyModel(recipe: Recipe, options: MakeOptions): Promise<Measured> {
  const { print } = options;
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
  const tokenizer = await loadTokenizer(start);
  const template = await loadChatTemplate(start);
  const texts = () => textWindows(recipe, tokenizer, 'training');
  const conversations = () => chatExamples(recipe, { tokenizer, template }, 'training');

  if (!(await exists(pretrained))) {
    const { pretraining, seed } = recipe;
    print('Pre-training from random weights');
    const trainer = await createTrainer({
      model: await openModelFolder(start),
      examples: texts(),
      settings: parseTrainingSettings({
        method: { type: 'full' },
        epochs: 1,
        batchSize: pretraining.batchSize,
        learningRate: pretraining.learningRate,
        schedule: { kind: 'cosine', warmupRatio: 0.04 },
        optimizer: { beta2: 0.98, weightDecay: pretraining.weightDecay },
        seed,
        maxTokens: pretraining.windowTokens,
        microBatchTokens: pretraining.windowTokens * pretraining.batchSize,
      }),
    });
    await runStage(trainer, {
      stateFolder: path.join(work, 'pretraining'),
      out: pretrained,
      saveEvery: 100,
      progress: printedProgress('pre-train', { every: 20, print }),
    });
    await trainer.dispose();
  }

  const { chat, seed } = recipe;
  print('Tuning to chat');
  const trainer = await createTrainer({
    model: await openModelFolder(pretrained),
    examples: conversations(),
    settings: parseTrainingSettings({
      method: { type: 'full' },
      epochs: 1,
      batchSize: chat.batchSize,
      learningRate: chat.learningRate,
      schedule: { kind: 'cosine', warmupRatio: 0.04 },
      optimizer: { beta2: 0.98 },
      seed,
      maxTokens: chat.maxTokens,
      microBatchTokens: 2048,
    }),
  });
  await runStage(trainer, {
    stateFolder: path.join(work, 'tuning'),
    out: tuned,
    saveEvery: 100,
    progress: printedProgress('chat', { every: 20, print }),
  });
  print('Measuring on text and conversations that were not trained on');
  const chatScore = await trainer.evaluate(
    chatExamples(recipe, { tokenizer, template }, 'heldOut'),
  );
  const textScore = await trainer.evaluate(textWindows(recipe, tokenizer, 'heldOut'));
  const measured = { chat: chatScore, text: textScore, parameters: trainer.trainableParameters };
  await trainer.dispose();

  await writeModel({ recipe, measured, from: tuned, out: options.out });
  await rm(work, { recursive: true });
  print(`Wrote ${options.out}`);
  return measured;
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
