/**
 * Training on WebGPU against the same on the CPU, which is held to PyTorch: one of every family, every method and
 * every objective. `npm run parity:webgpu` compares all recorded runs.
 */
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
import { describeOnWebGpu } from '../runtime/webgpu.fixture.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

/** Largest relative difference of loss and gradient norm over a few steps. */
const tolerance = 1e-5;

await describeOnWebGpu('training on WebGPU', (gpu) => {
  checkRuns(gpu);
  checkState(gpu);
  checkPrecision(gpu);
});

function checkRuns(gpu: Device): void {
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
    expect(await deviceDistance(found!.run, gpu, 2)).toBeLessThan(tolerance);
  });

  it.each<RecipeInput>([
    { adaptation: { type: 'lora', baseBits: 4 } },
    { adaptation: { type: 'full' }, recomputeActivations: true },
  ])('with the settings %j', async (settings) => {
    expect(await deviceDistance(await tinyRun(settings), gpu, 2)).toBeLessThan(tolerance);
  });

  it.each<RecipeInput['optimizer']>([
    { type: 'sgd', momentum: 0.9 },
    { type: 'lion' },
    { type: 'adafactor' },
  ])('with the optimizer %j', async (optimizer) => {
    expect(await deviceDistance(await tinyRun({ optimizer }), gpu, 2)).toBeLessThan(tolerance);
  });
}

async function tinyRun(more: RecipeInput): Promise<TrainerOptions<object>> {
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

function checkPrecision(gpu: Device): void {
  it('trains in float16 where the adapter can, and says so where it cannot', async () => {
    const run = await tinyRun({ adaptation: { type: 'full' }, precision: 'float16' });
    if ((await gpu.halfProducts()) === 'none') {
      await expect(createTrainer({ ...run, device: gpu })).rejects.toThrow(
        'the device "webgpu" cannot train in float16: its adapter lacks the feature shader-f16',
      );
      const settings = { ...run.settings, precision: 'auto' as const };
      const trainer = await createTrainer({ ...run, settings, device: gpu });
      expect(trainer.precision).toBe('float32');
      await trainer.dispose();
    } else {
      const there = await createTrainer({ ...run, device: gpu });
      const here = await createTrainer(run);
      for (let step = 0; step < 2; step++) {
        const [found, wanted] = [await there.trainStep(), await here.trainStep()];
        expect(Math.abs(found.loss / wanted.loss - 1)).toBeLessThan(2e-3);
        expect(Math.abs(found.gradientNorm / wanted.gradientNorm - 1)).toBeLessThan(2e-2);
      }
      await there.dispose();
      await here.dispose();
    }
  });
}

function checkState(gpu: Device): void {
  it.each([2048, 64])(
    'goes on from a saved state to the same bits, by %i tokens',
    async (microBatchTokens) => {
      const folder = await mkdtemp(join(tmpdir(), 'lathe-gpu-'));
      const run = { ...(await tinyRun({ microBatchTokens })), device: gpu };
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
