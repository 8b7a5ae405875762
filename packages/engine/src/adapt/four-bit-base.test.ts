import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recipe, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelLinears } from '../families/model-config.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { estimateMemory } from '../memory/memory-estimate.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { createTrainer } from '../train/trainer.ts';
import { asStored, readLinear } from './base-weight.ts';
import { dequantizeFourBits, quantizeFourBits } from './four-bit-base.ts';

const model = await openModelFolder(join(import.meta.dirname, '../../../../models/lathe-tiny'));
const examples = Array.from({ length: 8 }, (_, example) =>
  textExample(Array.from({ length: 48 }, (_, at) => 4 + ((example * 31 + at * 7) % 900))),
);
const settingsOf = (more: { baseBits?: 4; dora?: boolean } = {}) =>
  resolveRecipe({
    adaptation: { type: 'lora', rank: 8, ...more },
    epochs: 10,
    batchSize: 4,
    learningRate: 2e-3,
    schedule: 'constant',
  });

/** lathe-tiny with each linear layer replaced by what its codes stand for, in float32. */
async function widenedModel(folder: string) {
  const linears = new Map(
    modelLinears(model.config).map((plan) => [`${plan.module}.weight`, plan]),
  );
  const tensors = [];
  for (const [name, entry] of model.tensors) {
    const plan = linears.get(name);
    const data = plan
      ? asStored(dequantizeFourBits(quantizeFourBits(await readLinear(model, plan), plan)), plan)
      : await readTensor(entry);
    tensors.push({ name, dtype: 'F32' as const, shape: entry.shape, data });
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await copyFile(join(model.path, 'config.json'), join(folder, 'config.json'));
  return openModelFolder(folder);
}

/** Losses and gradient norms of a run; the adapter goes to a folder where one is named. */
async function trained(base: typeof model, settings: Recipe, adapterFolder?: string) {
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

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [at, value] of wanted.entries())
    expect(Math.abs((found[at] ?? Number.NaN) / value - 1)).toBeLessThan(1e-3);
}

describe('a 4-bit base', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-four-bit-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('trains as a float32 model of the same numbers does, and its loss falls', async () => {
    const adapter = join(folder, 'adapter');
    const found = await trained(model, settingsOf({ baseBits: 4 }), adapter);
    const wanted = await trained(await widenedModel(folder), settingsOf());
    expectClose(found.losses, wanted.losses);
    expectClose(found.norms, wanted.norms);
    expect(found.losses.at(-1)).toBeLessThan(0.7 * (found.losses[0] ?? 0));
    // An adapter is the same file whatever its base was kept as: it names no quantisation.
    const config = JSON.parse(await readFile(join(adapter, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'LORA', r: 8 });
    expect(Object.keys(config).filter((key) => /bit|quant/.test(key))).toEqual([]);
  });

  it('needs less memory than one in float32', async () => {
    const estimateOf = (baseBits?: 4) =>
      estimateMemory({
        model,
        settings: settingsOf(baseBits && { baseBits }),
        objective: causalLm,
        shape: { rows: 4, tokens: 48, targets: 192, examples: 4 },
      });
    const [whole, packed] = [await estimateOf(), await estimateOf(4)];
    const linear = modelLinears(model.config).reduce(
      (sum, { inputs, outputs }) => sum + inputs * outputs,
      0,
    );
    // lathe-tiny stores two bytes a number; codes take half a byte, and an eighth of one the scales.
    expect(whole.mapped - packed.mapped).toBe(2 * linear);
    expect(packed.state - whole.state).toBe(linear * (0.5 + 4 / 32));
  });

  it('goes with plain LoRA only', () => {
    expect(() => settingsOf({ baseBits: 4, dora: true })).toThrow(
      'a 4-bit base goes with plain LoRA',
    );
  });
});
