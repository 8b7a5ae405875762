import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Recipe, resolveRecipe } from '@lathe/recipe/recipe';
import type { LinearPlan } from '../families/decoder-tensors.ts';
import { modelLinears } from '../families/model-config.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { estimateMemory } from '../memory/memory-estimate.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { createTrainer } from '../train/trainer.ts';
import { asStored, readLinear } from './base-weight.ts';

/** lathe-tiny. */
export const model = await openModelFolder(
  join(import.meta.dirname, '../../../../models/lathe-tiny'),
);
export const examples = Array.from({ length: 8 }, (_, example) =>
  textExample(Array.from({ length: 48 }, (_, at) => 4 + ((example * 31 + at * 7) % 900))),
);

/** Two steps an epoch. */
export const settingsOf = (
  more: { baseBits?: 4 | 8; baseTolerance?: number; dora?: boolean } = {},
  epochs = 10,
) =>
  resolveRecipe({
    adaptation: { type: 'lora', rank: 8, ...more },
    ...{ epochs, batchSize: 4, learningRate: 2e-3, schedule: 'constant' },
  });

/** The memory of such a run; with stored layers as they lie, of which a copy for products would not be mapped. */
export const estimateOf = (baseBits?: 4 | 8) =>
  estimateMemory({
    model,
    settings: { ...settingsOf(baseBits && { baseBits }), packWeights: false },
    objective: causalLm,
    shape: { rows: 4, tokens: 48, targets: 192, examples: 4 },
  });

/** lathe-tiny with each linear layer replaced by what is left of it when it is rounded, in float32. */
export async function roundedModel(
  folder: string,
  rounded: (weight: Float32Array, plan: LinearPlan) => Float32Array,
) {
  const linears = new Map(
    modelLinears(model.config).map((plan) => [`${plan.module}.weight`, plan]),
  );
  const tensors = [];
  for (const [name, entry] of model.tensors) {
    const plan = linears.get(name);
    const data = plan
      ? asStored(rounded(await readLinear(model, plan), plan), plan)
      : await readTensor(entry);
    tensors.push({ name, dtype: 'F32' as const, shape: entry.shape, data });
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await copyFile(join(model.path, 'config.json'), join(folder, 'config.json'));
  return openModelFolder(folder);
}

/** Losses and gradient norms of a run; the adapter goes to a folder where one is named. */
export async function trained(base: typeof model, settings: Recipe, adapterFolder?: string) {
  const trainer = await createTrainer({ model: base, settings, objective: causalLm, examples });
  const losses: number[] = [];
  const norms: number[] = [];
  while (trainer.step < trainer.totalSteps) {
    const { loss, gradientNorm } = await trainer.trainStep();
    losses.push(loss);
    norms.push(gradientNorm);
  }
  if (adapterFolder !== undefined) await trainer.exportAdapter(adapterFolder);
  await trainer.dispose();
  return { losses, norms };
}

/** The largest share of a wanted number by which the found one is away from it. */
export function farthest(found: readonly number[], wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(...wanted.map((value, at) => Math.abs((found[at] ?? Number.NaN) / value - 1)));
}
