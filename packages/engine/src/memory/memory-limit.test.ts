import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { describe, expect, it } from 'vitest';
import { modelTensors, parseModelConfig } from '../families/model-config.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { dpo } from '../objectives/dpo.ts';
import { textExample } from '../objectives/example.ts';
import type { Objective } from '../objectives/objective.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { readReference } from '../parity/reference.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device, Products } from '../runtime/device.ts';
import { createTrainer } from '../train/trainer.ts';
import { estimateMemory } from './memory-estimate.ts';

const tokens = 64;
const shape = { tokens, examples: 8 };

async function tiny(settings: RecipeInput = {}) {
  const { model } = await readReference('tied');
  const examples = Array.from({ length: 8 }, (_, at) =>
    textExample(Array.from({ length: tokens }, (_, place) => (7 * at + place) % 60)),
  );
  const parsed = resolveRecipe({ batchSize: 8, epochs: 1, ...settings });
  return { model, settings: parsed, examples, objective: causalLm };
}

describe('a memory limit', () => {
  it('chooses the largest passes that fit', async () => {
    const run = await tiny({ adaptation: { type: 'full' } });
    const four = await estimateMemory({
      ...run,
      shape: { ...shape, rows: 4, targets: 4 * tokens },
      accumulates: true,
      evaluates: true,
    });
    const rowsAt = async (memoryLimit: number, mostPassTokens?: number): Promise<number> => {
      const settings = { adaptation: { type: 'full' }, memoryLimit, mostPassTokens } as const;
      const trainer = await createTrainer(await tiny(settings));
      const { rows } = trainer.windowShape;
      await trainer.dispose();
      return rows;
    };
    expect(await rowsAt(four.total)).toBe(4);
    expect(await rowsAt(four.total - 1)).toBeLessThan(4);
    expect(await rowsAt(2 * four.total)).toBe(8);
    expect(await rowsAt(2 * four.total, 2 * tokens)).toBe(2);
    expect(await rowsAt(2 * four.total, 1)).toBe(1);
  });

  it('is named with the need when nothing fits', async () => {
    const run = await tiny({ adaptation: { type: 'full' }, memoryLimit: 1000 });
    await expect(createTrainer(run)).rejects.toThrow(
      /needs about \d+ MiB with one window of 64 tokens at a time, and may use 1 MiB/,
    );
  });
});

/** A model of one block, all of whose widths are 1024. */
async function wide(folder: string) {
  const json = {
    model_type: 'llama',
    hidden_act: 'silu',
    ...{ vocab_size: 64, hidden_size: 1024, intermediate_size: 1024, num_hidden_layers: 1 },
    ...{ num_attention_heads: 16, num_key_value_heads: 16, rms_norm_eps: 1e-5 },
    ...{ max_position_embeddings: 512, bos_token_id: 1, eos_token_id: 2 },
  };
  const tensors = [...modelTensors(parseModelConfig('config.json', json))].map(
    ([name, { shape }]) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      return { name, dtype: 'F32' as const, shape, data };
    },
  );
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  return openModelFolder(folder);
}

it('leaves room for padded widths under a limit where the device pads them, and only there', async () => {
  await using folder = await tempFolder();
  const model = await wide(folder.path);
  const examples = [textExample(Array.from({ length: 512 }, (_, at) => at % 60))];
  const given = { batchSize: 1, epochs: 1, adaptation: { type: 'full' } } as const;
  const needed = async (products: Products | undefined): Promise<number> => {
    const settings = resolveRecipe(given);
    const shape = { rows: 1, tokens: 512, targets: 512, examples: 1 };
    const asked = { model, settings, shape, evaluates: true, products };
    return (await estimateMemory({ ...asked, objective: causalLm })).total;
  };
  const within = async (memoryLimit: number, device: Device): Promise<void> => {
    const settings = resolveRecipe({ ...given, memoryLimit });
    const trainer = await createTrainer({ model, settings, examples, objective: causalLm, device });
    await trainer.dispose();
  };
  const [plain, padded] = [await needed('onnxruntime'), await needed('padded')];
  expect(padded).toBeGreaterThan(plain);
  const device = cpuDevice({ padding: 'on' });
  await expect(within(plain, device)).rejects.toThrow('needs about');
  await within(padded, device);
  await within(plain, cpuDevice());
  const ours = cpuDevice({ binding: 'auto', kernels: 'auto', padding: 'on' });
  await within(await needed(await ours.products?.()), ours);
});

describe('an estimate', () => {
  it('counts the programs that measure and evaluate', async () => {
    const { model, settings } = await tiny();
    const estimateOf = (
      objective: Pick<Objective<never>, 'forward' | 'measured'>,
      evaluates = false,
    ) =>
      estimateMemory({
        model,
        settings,
        objective,
        evaluates,
        shape: { rows: 2, tokens, targets: 128, examples: 4 },
      });
    const dpoRun = await estimateOf(dpo(parseSettings('DPO', {})));
    expect((await estimateOf(causalLm)).beside).toBe(0);
    expect((await estimateOf(causalLm, true)).beside).toBeGreaterThan(0);
    expect(dpoRun.beside).toBeGreaterThan(0);
  });

  it('says what each part of a run takes', async () => {
    const folder = new URL('../../../../models/lathe-tiny', import.meta.url).pathname;
    const model = await openModelFolder(folder);
    const estimateOf = (adaptation: RecipeInput['adaptation'], packWeights = false) =>
      estimateMemory({
        model,
        settings: resolveRecipe({ adaptation, packWeights }),
        objective: causalLm,
        shape: { rows: 4, tokens: 128, targets: 512, examples: 4 },
      });
    const full = await estimateOf({ type: 'full' });
    const lora = await estimateOf({ type: 'lora' });
    const weights = [...model.tensors.values()].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
    // Stored as BF16, trained as float32 with two moments.
    expect(full.state).toBe(3 * 2 * weights);
    expect(full.mapped).toBe(0);
    expect(lora.mapped).toBe(weights);
    expect(lora.state).toBeLessThan(full.state / 2);
    // What is laid out anew as float32 is neither read as it is stored nor widened in each run.
    const packed = await estimateOf({ type: 'lora' }, true);
    expect(packed.mapped).toBeLessThan(weights / 2);
    expect(packed.packed).toBeGreaterThan(2 * weights);
    expect(packed.arena).toBeLessThan(lora.arena);
    const { total, ...parts } = full;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
  });
});
