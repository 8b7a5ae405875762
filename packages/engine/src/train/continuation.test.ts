import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { readReference } from '../parity/reference.ts';
import { readServedAdapter } from '../peft/peft-virtual.ts';
import { ForeignStateError } from './run-state.ts';
import { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-continuation-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Run = TrainerOptions<TokenizedExample>;

/** A run over few examples, all of them in each step. */
async function runOf(method: RecipeInput['adaptation'], more: Partial<Run> = {}) {
  const { model, examples } = await readReference('untied');
  const batchSize = examples.length;
  const settings = resolveRecipe({ adaptation: method, epochs: 4, learningRate: 1e-3, batchSize });
  return { model, examples, objective: causalLm, settings, ...more } satisfies Run;
}

/** What the run exports, as the next one reads it. */
async function adapterOf(trainer: Trainer<TokenizedExample>, name: string) {
  await trainer.exportAdapter(join(folder, name));
  return readServedAdapter(join(folder, name));
}

async function trainToEnd(trainer: Trainer<TokenizedExample>): Promise<void> {
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
}

describe.each<[string, RecipeInput['adaptation']]>([
  ['LoRA', { type: 'lora', rank: 4 }],
  ['rank-stabilised LoRA', { type: 'lora', rank: 4, rankStabilized: true }],
  ['LoRA on a 4-bit base', { type: 'lora', rank: 4, baseBits: 4 }],
  ['LoRA on an 8-bit base', { type: 'lora', rank: 4, baseBits: 8 }],
  ['prompt tuning', { type: 'prompt-tuning', tokens: 3 }],
  ['prefix tuning', { type: 'prefix-tuning', tokens: 3 }],
])('an adapter that is trained on: %s', (name, method) => {
  it('starts as the one that was left, and learns from there', async () => {
    const run = await runOf(method);
    const parent = await createTrainer(run);
    await trainToEnd(parent);
    const left = await parent.evaluate(run.examples);
    const home = join(folder, name.replaceAll(/\W+/g, '-'));
    await parent.exportAdapter(home);
    await parent.dispose();

    const child = await createTrainer({ ...run, adapter: await readServedAdapter(home) });
    expect(await child.evaluate(run.examples)).toEqual(left);
    const first = await child.trainStep();
    expect(Math.abs(first.loss / left.loss - 1)).toBeLessThan(1e-5);
    await trainToEnd(child);
    expect((await child.evaluate(run.examples)).loss).toBeLessThan(left.loss);
    await child.dispose();
  });
});

it('what began as PiSSA goes on as a plain adapter of twice the rank', async () => {
  const run = await runOf({ type: 'lora', rank: 2, alpha: 6, initial: 'pissa' });
  const parent = await createTrainer(run);
  await trainToEnd(parent);
  const left = await parent.evaluate(run.examples);
  await parent.exportAdapter(join(folder, 'pissa'));
  await parent.dispose();
  const adapter = await readServedAdapter(join(folder, 'pissa'));
  const child = await createTrainer(await runOf({ type: 'lora', rank: 4, alpha: 12 }, { adapter }));
  const score = await child.evaluate(run.examples);
  expect(Math.abs(score.loss / left.loss - 1)).toBeLessThan(1e-5);
  await child.dispose();
});

it('weights that were trained and merged are the start of the next run', async () => {
  const run = await runOf({ type: 'full' });
  const parent = await createTrainer(run);
  await trainToEnd(parent);
  const left = await parent.evaluate(run.examples);
  await parent.exportMerged(join(folder, 'whole'));
  await parent.dispose();
  const model = await openModelFolder(join(folder, 'whole'));
  for (const method of [{ type: 'full' }, { type: 'lora' }] as const) {
    const child = await createTrainer(await runOf(method, { model }));
    expect(await child.evaluate(run.examples)).toEqual(left);
    await trainToEnd(child);
    expect((await child.evaluate(run.examples)).loss).toBeLessThan(left.loss);
    await child.dispose();
  }
});

it('what a run starts from is part of its saved state', async () => {
  const run = await runOf({ type: 'lora', rank: 4 });
  const parent = await createTrainer(run);
  await parent.trainStep();
  const adapter = await adapterOf(parent, 'first');
  await parent.trainStep();
  const other = await adapterOf(parent, 'other');
  await parent.dispose();

  const begun = await createTrainer({ ...run, adapter, origin: 'a' });
  await begun.trainStep();
  const state = join(folder, 'state');
  await begun.saveState(state);
  await trainToEnd(begun);
  const wanted = await adapterOf(begun, 'wanted');
  await begun.dispose();

  for (const start of [
    {},
    { adapter: other, origin: 'a' },
    { adapter, origin: 'b' },
    { adapter },
  ]) {
    const foreign = await createTrainer({ ...run, ...start });
    await expect(foreign.restoreState(state)).rejects.toThrow(ForeignStateError);
    await foreign.dispose();
  }
  const resumed = await createTrainer({ ...run, adapter, origin: 'a' });
  await resumed.restoreState(state);
  await trainToEnd(resumed);
  expect(await adapterOf(resumed, 'resumed')).toEqual(wanted);
  await resumed.dispose();
});
