import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { deviceDistance } from '../parity/device-distance.ts';
import { recordedRuns } from '../parity/recorded-runs.ts';
import { readReference } from '../parity/reference.ts';
import type { Device } from '../runtime/device.ts';
import { observed } from '../runtime/observed-device.fixture.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

/** Largest relative differences over a few steps. */
type Tolerance = { readonly loss: number; readonly gradientNorm: number };

/**
 * Training on a device with a memory of its own against the same on the CPU, which is held to PyTorch: one of every family,
 * every method and every objective.
 */
export function checkResidentTraining(device: Device, tolerance: Tolerance): void {
  checkRuns(device, tolerance);
  checkState(device);
  checkTensors(device);
}

function checkRuns(device: Device, tolerance: Tolerance): void {
  const expectNear = async <Example>(run: TrainerOptions<Example>): Promise<void> => {
    const { loss, gradientNorm } = await deviceDistance(run, device, 2);
    expect(loss).toBeLessThan(tolerance.loss);
    expect(gradientNorm).toBeLessThan(tolerance.gradientNorm);
  };

  it.each([
    ['tied', 'full · causal-lm on chat'],
    ['untied', 'dora · causal-lm'],
    ['llama3-rope', 'prompt-tuning · causal-lm'],
    ['mistral', 'prefix-tuning · causal-lm'],
    ['qwen2', 'ia3 · causal-lm'],
    ['qwen3', 'tokens · causal-lm'],
    ['gemma3', 'pissa · causal-lm'],
    ['phi3', 'names · causal-lm'],
    ['gpt2', 'layers · causal-lm'],
    ['gpt2', 'full · embedding'],
    ['qwen2', 'full · reward'],
    ['mistral', 'full, from random weights · causal-lm on raw text'],
    ['bert', 'lora · masked-lm'],
    ['bert', 'head · single-label'],
    ['roberta', 'lora · span-extraction'],
    ['distilbert', 'lora · token-classification'],
    ['modernbert', 'full · embedding'],
  ] as const)('%s · %s', async (family, what) => {
    const runs = await recordedRuns(family);
    const found = runs.find(({ name }) => name === `${family} · ${what}`);
    expect(found, runs.map(({ name }) => name).join('\n')).toBeDefined();
    await expectNear(found!.run);
  });

  it.each<RecipeInput>([
    { adaptation: { type: 'lora', baseBits: 4 } },
    { adaptation: { type: 'full' }, recomputeActivations: true },
  ])('with the settings %j', async (settings) => {
    await expectNear(await tinyRun(settings));
  });

  it.each<RecipeInput['optimizer']>([
    { type: 'sgd', momentum: 0.9 },
    { type: 'lion' },
    { type: 'adafactor' },
  ])('with the optimizer %j', async (optimizer) => {
    await expectNear(await tinyRun({ optimizer }));
  });
}

/** A run of the smallest model. */
export async function tinyRun(more: RecipeInput): Promise<TrainerOptions<object>> {
  const { model, examples } = await readReference('tied');
  const settings = resolveRecipe({
    adaptation: { type: 'lora', rank: 4, dropout: 0.1 },
    epochs: 4,
    batchSize: 4,
    learningRate: 1e-3,
    ...more,
  });
  return { model, examples, settings, objective: causalLm } as TrainerOptions<object>;
}

function checkState(device: Device): void {
  it.each([2048, 64])(
    'goes on from a saved state to the same bits, by %i tokens',
    async (microBatchTokens) => {
      const folder = await mkdtemp(join(tmpdir(), 'lathe-resident-'));
      const run = { ...(await tinyRun({ microBatchTokens })), device };
      const whole = await createTrainer(run);
      const resumed = await createTrainer(run);
      try {
        for (let step = 0; step < 2; step++) await whole.trainStep();
        await whole.saveState(join(folder, 'state'));
        await resumed.trainStep();
        await resumed.restoreState(join(folder, 'state'));
        for (let step = 0; step < 2; step++)
          expect(await resumed.trainStep()).toMatchObject({
            ...(await whole.trainStep()),
            seconds: expect.any(Number),
          });
        const held = run.examples;
        expect(await resumed.evaluate(held)).toEqual(await whole.evaluate(held));
      } finally {
        await whole.dispose();
        await resumed.dispose();
        await rm(folder, { recursive: true });
      }
    },
  );
}

function checkTensors(device: Device): void {
  it.each([2048, 64])(
    'holds as many tensors after each step, and none at the end, by %i tokens',
    async (microBatchTokens) => {
      const { device: watched, traffic } = observed(device);
      const method = { type: 'full' } as const;
      const run = await tinyRun({ adaptation: method, microBatchTokens });
      const trainer = await createTrainer({ ...run, device: watched });
      await trainer.trainStep();
      const { live } = traffic;
      expect(live).toBeGreaterThan(0);
      for (let step = 0; step < 3; step++) await trainer.trainStep();
      expect(traffic.live).toBe(live);
      await trainer.dispose();
      expect(traffic.live).toBe(0);
    },
  );
}
