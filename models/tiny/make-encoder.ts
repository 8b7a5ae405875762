import { createHash } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cpuDevice } from '@lathe/engine/cpu';
import { exists } from '@lathe/engine/json-file';
import { maskedLm } from '@lathe/engine/masked-lm';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { trainWordPiece } from '@lathe/tokenizer/train-word-piece';
import { encoderCard, type MeasuredEncoder } from './encoder-card.ts';
import { encoderTokenizerTexts, maskedTexts } from './encoder-data.ts';
import { encoderFiles } from './encoder-files.ts';
import type { EncoderRecipe } from './encoder-recipe.ts';
import type { MakeOptions } from './make.ts';
import { printedProgress } from './progress.ts';
import { runStage } from './stage.ts';
import { writeHalfWeights } from './weights.ts';

/**
 * Makes the built-in encoder: text, tokenizer, training on hidden tokens from random weights, a folder in Hugging Face
 * format. Stopped at any time, it goes on where it stood when it is started again with the same recipe.
 */
export async function makeTinyEncoder(
  recipe: EncoderRecipe,
  { out, work: workFolder, print, threads }: MakeOptions,
): Promise<MeasuredEncoder> {
  const identity = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const work = path.join(workFolder, `lathe-tiny-encoder-${identity}`);
  const start = path.join(work, 'start');
  if (!(await exists(start))) {
    print('Writing text and learning the tokenizer from it');
    await writeStart(recipe, `${start}.part`);
    await rename(`${start}.part`, start);
  }
  print('Training on hidden tokens from random weights');
  const trained = path.join(work, 'trained');
  const measured = await train(recipe, { start, out: trained, work, print, threads });
  await writeEncoder({ recipe, measured, from: trained, out });
  await rm(work, { recursive: true });
  print(`Wrote ${out}`);
  return measured;
}

type Training = Omit<MakeOptions, 'work'> & { readonly start: string; readonly work: string };

async function train(
  recipe: EncoderRecipe,
  { start, out, work, print, threads }: Training,
): Promise<MeasuredEncoder> {
  const { batchSize, learningRate, weightDecay, maxTokens, seed } = recipe;
  const tokenizer = await loadTokenizer(start);
  const model = await openAnyModelFolder(start, { weights: 'none' });
  if (model.config.kind !== 'encoder') throw new TypeError('the recipe is no encoder');
  const trainer = await createTrainer({
    objective: maskedLm(model.config),
    device: cpuDevice(threads === undefined ? {} : { threads }),
    model,
    initial: 'random',
    examples: maskedTexts(recipe, tokenizer, 'training'),
    settings: resolveRecipe({
      adaptation: { type: 'full' },
      epochs: 1,
      schedule: 'cosine',
      warmupRatio: 0.04,
      seed,
      optimizer: { beta2: 0.98, weightDecay },
      batchSize,
      learningRate,
      maxTokens,
    }),
  });
  return runStage(trainer, {
    stateFolder: path.join(work, 'training'),
    out,
    saveEvery: 200,
    progress: printedProgress('hidden tokens', { every: 50, print }),
    heldOut: maskedTexts(recipe, tokenizer, 'heldOut'),
  });
}

/** The model before training: its tokenizer and small files. */
async function writeStart(recipe: EncoderRecipe, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFiles(recipe, 'float32', folder);
  const { vocabularySize } = recipe;
  const tokenizer = trainWordPiece(encoderTokenizerTexts(recipe), { vocabularySize });
  await writeFile(path.join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizer)}\n`);
}

async function writeFiles(recipe: EncoderRecipe, dtype: string, folder: string): Promise<void> {
  for (const [name, text] of encoderFiles(recipe, dtype))
    await writeFile(path.join(folder, name), text);
}

type Finished = {
  readonly recipe: EncoderRecipe;
  readonly measured: MeasuredEncoder;
  readonly from: string;
  readonly out: string;
};

async function writeEncoder({ recipe, measured, from, out }: Finished): Promise<void> {
  const part = `${out}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await writeFiles(recipe, 'bfloat16', part);
  await copyFile(path.join(from, 'tokenizer.json'), path.join(part, 'tokenizer.json'));
  await writeHalfWeights(from, part);
  await writeFile(path.join(part, 'README.md'), encoderCard(recipe, measured));
  await rm(out, { recursive: true, force: true });
  await rename(part, out);
}
