import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import type { Device } from '../runtime/device.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { createTrainer } from '../train/trainer.ts';

/** Loss and norm of every step, and the loss on the examples in the end. */
async function course(more: RecipeInput, updateThreads: 1 | 2, device?: Device) {
  const { model, examples } = await readReference('tied');
  const settings = resolveRecipe({
    adaptation: { type: 'full' },
    epochs: 3,
    batchSize: 4,
    learningRate: 1e-3,
    ...more,
  });
  const trainer = await createTrainer({
    ...{ model, examples, settings, objective: causalLm },
    ...{ updateThreads, device },
  });
  try {
    const found: number[] = [];
    while (trainer.step < trainer.totalSteps) {
      const { loss, gradientNorm } = await trainer.trainStep();
      found.push(loss, gradientNorm);
    }
    return [...found, (await trainer.evaluate(examples)).loss];
  } finally {
    await trainer.dispose();
  }
}

describe('two threads update to the same bits as one', () => {
  it.each<[string, RecipeInput]>([
    ['AdamW', {}],
    ['Adafactor', { optimizer: { type: 'adafactor' } }],
    ['SGD, accumulating', { optimizer: { type: 'sgd', momentum: 0.9 }, microBatchTokens: 32 }],
    ['Lion on an adapter', { optimizer: { type: 'lion' }, adaptation: { type: 'lora', rank: 4 } }],
  ])('%s', async (_, settings) => {
    expect(await course(settings, 2)).toEqual(await course(settings, 1));
  });
});

await describeWithKernels(
  (device) => {
    it('so do the loops of our kernels, and both to the bits of other loops', async () => {
      const update = { optimizer: { type: 'adamw', weightDecay: 0.1 } } as const;
      const [one, two] = [await course(update, 1, device), await course(update, 2, device)];
      const others = { ...device, updateLibrary: async () => undefined };
      expect(two).toEqual(one);
      expect(await course(update, 1, others)).toEqual(one);
    });
  },
  ['auto'],
);

it('a step that is not finite writes nothing in either thread', async () => {
  const { model, examples } = await readReference('tied');
  const settings = resolveRecipe({
    adaptation: { type: 'full' },
    epochs: 3,
    batchSize: 4,
    learningRate: 1e30,
    maxGradientNorm: 1e30,
    schedule: 'constant',
  });
  const run = { model, examples, settings, objective: causalLm };
  const trainer = await createTrainer({ ...run, updateThreads: 2 });
  try {
    const train = async (): Promise<void> => {
      while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    };
    await expect(train()).rejects.toThrow('is not a finite number');
    await expect(trainer.evaluate(examples)).rejects.toThrow('is not a finite number');
  } finally {
    await trainer.dispose();
  }
});
