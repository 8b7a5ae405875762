import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { type TokenizedExample, textExample } from '../objectives/example.ts';
import { type Reference, readReference, referenceModels } from '../parity/reference.ts';
import { type Adapter, readPeftAdapter } from '../peft/peft.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

/** The settings that the recorded curves were made with. */
function settingsOf(reference: Reference, more: RecipeInput = {}) {
  const { training } = reference;
  return resolveRecipe({
    adaptation: { type: 'full' },
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: training.learningRateFull,
    schedule: 'linear',
    warmupSteps: training.warmupSteps,
    optimizer: {
      beta1: training.beta1,
      beta2: training.beta2,
      epsilon: training.epsilon,
      weightDecay: training.weightDecay,
    },
    maxGradientNorm: training.maxGradientNorm,
    shuffle: false,
    ...more,
  });
}

function loraSettingsOf(reference: Reference, more: RecipeInput = {}) {
  const { rank, alpha, learningRateLora } = reference.training;
  return settingsOf(reference, {
    adaptation: { type: 'lora', rank, alpha },
    learningRate: learningRateLora,
    ...more,
  });
}

function startOf(reference: Reference): Adapter {
  const { rank = 0, alpha = 0 } = reference.training;
  const tensors: Adapter['tensors'] = new Map();
  for (const [key, tensor] of reference.tensors)
    if (key.startsWith('start.')) tensors.set(key.slice('start.'.length), tensor);
  return { rank, alpha, scale: alpha / rank, targets: [...reference.targets], tensors };
}

function expectClose(found: number, wanted: number, tolerance = 1e-4): void {
  expect(Math.abs(found - wanted) / Math.abs(wanted)).toBeLessThan(tolerance);
}

describe.each(referenceModels)('training the tiny model "%s" as PyTorch does', (name) => {
  it('follows the recorded curve when every weight trains', async () => {
    const reference = await readReference(name);
    const trainer = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
    });
    expect(trainer.totalSteps).toBe(reference.fullCurve.length);
    for (const point of reference.fullCurve) {
      const metrics = await trainer.trainStep();
      expectClose(metrics.loss, point.loss);
      expectClose(metrics.gradientNorm, point.gradientNorm);
      expect(metrics.learningRate).toBeCloseTo(point.learningRate, 12);
    }
    await trainer.dispose();
  });

  it('follows the recorded curve of an adapter', async () => {
    const reference = await readReference(name);
    const trainer = await createTrainer({
      model: reference.model,
      settings: loraSettingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
      adapter: startOf(reference),
    });
    for (const point of reference.loraCurve) {
      const metrics = await trainer.trainStep();
      expectClose(metrics.loss, point.loss);
      expectClose(metrics.gradientNorm, point.gradientNorm);
    }
    await trainer.dispose();
  });
});

describe('the same run in other ways', () => {
  const lossesOf = async (
    reference: Reference,
    settings: RecipeInput,
    more: Partial<TrainerOptions<TokenizedExample>> = {},
  ) => {
    const trainer = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference, settings),
      objective: causalLm,
      examples: reference.examples,
      ...more,
    });
    const points: number[] = [];
    for (let step = 0; step < 8; step++) {
      const { loss, gradientNorm } = await trainer.trainStep();
      points.push(loss, gradientNorm);
    }
    await trainer.dispose();
    return points;
  };

  it('gives the same losses and gradients packed and unpacked, in any split', async () => {
    const reference = await readReference('llama3-rope');
    const wanted = await lossesOf(reference, { packing: false });
    for (const settings of [
      { packing: true },
      { packing: true, microBatchTokens: 32 },
      { packing: false, microBatchTokens: 64 },
      { packing: false, microBatchTokens: 1 },
    ])
      for (const [at, found] of (await lossesOf(reference, settings)).entries())
        expectClose(found, wanted[at] ?? Number.NaN, 1e-5);
  });

  it('gives the same losses and gradients when a graph updates the state instead of the host', async () => {
    const reference = await readReference('untied');
    for (const microBatchTokens of [2048, 32]) {
      const wanted = await lossesOf(reference, { microBatchTokens }, { update: 'host' });
      const found = await lossesOf(reference, { microBatchTokens }, { update: 'graph' });
      for (const [at, value] of found.entries()) expectClose(value, wanted[at] ?? Number.NaN, 2e-5);
    }
  });

  it('is bit-identical when run twice, and when results go to fresh buffers', async () => {
    const reference = await readReference('untied');
    for (const microBatchTokens of [2048, 32]) {
      const first = await lossesOf(reference, { microBatchTokens });
      expect(await lossesOf(reference, { microBatchTokens })).toEqual(first);
      const inGraph = { update: 'graph' } as const;
      const second = await lossesOf(reference, { microBatchTokens }, inGraph);
      const fresh = { ...inGraph, freshBuffers: true };
      expect(await lossesOf(reference, { microBatchTokens }, fresh)).toEqual(second);
    }
  });

  it('maps frozen weights stored in half precision', async () => {
    const reference = await readReference('tied');
    for (const dtype of ['BF16', 'F16'] as const) {
      const folder = await mkdtemp(join(tmpdir(), 'lathe-half-'));
      await copyFile(join(reference.model.path, 'config.json'), join(folder, 'config.json'));
      const tensors = await Promise.all(
        [...reference.model.tensors].map(async ([name, entry]) => ({
          name,
          dtype,
          shape: entry.shape,
          data: await readTensor(entry),
        })),
      );
      await writeSafetensors(join(folder, 'model.safetensors'), tensors);
      const trainer = await createTrainer({
        model: await openModelFolder(folder),
        settings: loraSettingsOf(reference),
        objective: causalLm,
        examples: reference.examples,
        adapter: startOf(reference),
      });
      for (const point of reference.loraCurve)
        expectClose((await trainer.trainStep()).loss, point.loss, 0.02);
      await trainer.dispose();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a run that stops and goes on', () => {
  it.each([
    ['full', { adaptation: { type: 'full' } }],
    ['full, accumulating', { adaptation: { type: 'full' }, microBatchTokens: 32 }],
    ['lora with dropout', { adaptation: { type: 'lora', rank: 4, dropout: 0.2 } }],
  ] satisfies [string, RecipeInput][])(
    '%s: ends bit for bit where an undisturbed run ends',
    async (_, more) => {
      const reference = await readReference('tied');
      const start = () =>
        createTrainer({
          model: reference.model,
          settings: settingsOf(reference, { ...more, shuffle: true, batchSize: 3 }),
          objective: causalLm,
          examples: reference.examples,
        });
      const folder = await mkdtemp(join(tmpdir(), 'lathe-state-'));
      const undisturbed = await start();
      const losses: number[] = [];
      for (let step = 0; step < 9; step++) {
        if (step === 4) await undisturbed.saveState(join(folder, 'state'));
        losses.push((await undisturbed.trainStep()).loss);
      }
      const resumed = await start();
      await resumed.restoreState(join(folder, 'state'));
      expect(resumed.step).toBe(4);
      for (let step = 4; step < 9; step++)
        expect((await resumed.trainStep()).loss).toBe(losses[step]);
      await undisturbed.saveState(join(folder, 'one'));
      await resumed.saveState(join(folder, 'two'));
      const file = 'training-state.safetensors';
      expect(await readFile(join(folder, 'two', file))).toEqual(
        await readFile(join(folder, 'one', file)),
      );
      await undisturbed.dispose();
      await resumed.dispose();
      await rm(folder, { recursive: true });
    },
  );

  it('refuses the state of a run with other settings', async () => {
    const reference = await readReference('tied');
    const folder = await mkdtemp(join(tmpdir(), 'lathe-state-'));
    const first = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
    });
    await first.saveState(join(folder, 'state'));
    const other = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference, { seed: 7 }),
      objective: causalLm,
      examples: reference.examples,
    });
    await expect(other.restoreState(join(folder, 'state'))).rejects.toThrow('other settings');
    await first.dispose();
    await other.dispose();
    await rm(folder, { recursive: true });
  });
});

describe('what a run leaves', () => {
  it('exports an adapter and a merged model that score as the trained one does', async () => {
    const reference = await readReference('untied');
    const folder = await mkdtemp(join(tmpdir(), 'lathe-export-'));
    const trainer = await createTrainer({
      model: reference.model,
      settings: loraSettingsOf(reference, { epochs: 2 }),
      objective: causalLm,
      examples: reference.examples,
    });
    while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    const trained = await trainer.evaluate(reference.examples);
    await trainer.exportAdapter(join(folder, 'adapter'));
    await trainer.exportMerged(join(folder, 'merged'));
    await trainer.dispose();
    const adapted = await createTrainer({
      model: reference.model,
      settings: loraSettingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
      adapter: await readPeftAdapter(join(folder, 'adapter')),
    });
    expect(await adapted.evaluate(reference.examples)).toEqual(trained);
    await adapted.dispose();
    const merged = await createTrainer({
      model: await openModelFolder(join(folder, 'merged')),
      settings: settingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
    });
    expectClose((await merged.evaluate(reference.examples)).loss, trained.loss, 1e-5);
    await merged.dispose();
    await rm(folder, { recursive: true });
  });

  it('scores the base model as PyTorch does, and counts right predictions', async () => {
    const reference = await readReference('tied');
    const trainer = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference),
      objective: causalLm,
      examples: reference.examples,
    });
    const score = await trainer.evaluate(reference.examples);
    expectClose(score.loss, reference.loss, 1e-5);
    const logits = reference.examples.map((_, at) => reference.tensors.get(`logits.${at}`));
    let right = 0;
    let targets = 0;
    for (const [index, { tokens, supervised }] of reference.examples.entries())
      for (let at = 1; at < tokens.length; at++) {
        if (!supervised[at]) continue;
        const row = logits[index]?.data.subarray((at - 1) * 64, at * 64) ?? new Float32Array();
        targets++;
        if (row.indexOf(Math.max(...row)) === tokens[at]) right++;
      }
    expect(score.supervisedTokens).toBe(targets);
    expect(score.tokenAccuracy).toBeCloseTo(right / targets, 12);
    await trainer.dispose();
  });

  it('trains from random weights', async () => {
    const reference = await readReference('tied');
    const trainer = await createTrainer({
      model: reference.model,
      initial: 'random',
      settings: settingsOf(reference),
      objective: causalLm,
      examples: reference.examples.map(({ tokens }) => textExample(tokens)),
    });
    const losses: number[] = [];
    while (trainer.step < trainer.totalSteps) losses.push((await trainer.trainStep()).loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) - 1);
    await trainer.dispose();
  });

  it('stops at a number that is not finite and names the examples of the step', async () => {
    const reference = await readReference('tied');
    const trainer = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference, {
        learningRate: 1e30,
        schedule: 'constant',
        maxGradientNorm: 1e30,
      }),
      objective: causalLm,
      examples: reference.examples,
    });
    const run = async () => {
      while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    };
    await expect(run()).rejects.toThrow(/not a finite number at step \d+ \(examples \d+, \d+/);
    await expect(trainer.saveState('/nowhere')).rejects.toThrow('not a finite number');
    await trainer.dispose();
  });
});
