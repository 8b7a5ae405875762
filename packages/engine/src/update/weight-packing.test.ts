import { join } from 'node:path';
import { type Recipe, type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { openAnyModelFolder, openModelFolder } from '../families/model-folder.ts';
import { input, type Value } from '../graph/value.ts';
import { estimateMemory } from '../memory/memory-estimate.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { add } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { createTrainer } from '../train/trainer.ts';
import { weightPacking } from './weight-packing.ts';

const lathe = join(import.meta.dirname, '../../../../models/lathe-tiny');
const shape = { rows: 2, tokens: 32, targets: 64, examples: 8 };

async function packedBytes(more: RecipeInput): Promise<number> {
  const { model } = await readReference('untied');
  const settings = resolveRecipe(more);
  return (await estimateMemory({ model, settings, objective: causalLm, shape })).packed;
}

describe('packed weights', () => {
  it.each(referenceModels)('train "%s" to the same course', async (name) => {
    const { model, examples } = await readReference(name);
    const course = async (packWeights: boolean): Promise<number[]> => {
      const settings = resolveRecipe({
        adaptation: { type: 'lora', rank: 4 },
        batchSize: 4,
        learningRate: 1e-2,
        packWeights,
      });
      const trainer = await createTrainer({ model, examples, settings, objective: causalLm });
      const found: number[] = [];
      while (trainer.step < Math.min(6, trainer.totalSteps))
        found.push((await trainer.trainStep()).loss);
      await trainer.dispose();
      return found;
    };
    const packed = await course(true);
    for (const [step, loss] of (await course(false)).entries())
      expect((packed[step] ?? Number.NaN) / loss).toBeCloseTo(1, 5);
  });

  it('are two copies of a frozen weight, and none of what trains', async () => {
    const lora = await packedBytes({ adaptation: { type: 'lora', rank: 4 } });
    const { model } = await readReference('untied');
    const matrices = [...model.tensors.values()].filter(
      ({ name, shape }) => shape.length === 2 && !name.includes('embed'),
    );
    const bytes = matrices.reduce((sum, { shape: [a = 0, b = 0] }) => sum + 4 * a * b, 0);
    expect(lora / bytes).toBeGreaterThan(1.7);
    expect(lora / bytes).toBeLessThanOrEqual(2);
    expect(await packedBytes({ adaptation: { type: 'full' } })).toBe(0);
  });

  it('are copies in float32 of weights that are stored in 16 bits, and train to the same course', async () => {
    const model = await openAnyModelFolder(lathe);
    const matrices = [...model.tensors.values()].filter(
      ({ name, shape, dtype }) => dtype === 'BF16' && shape.length === 2 && !name.includes('embed'),
    );
    const numbers = matrices.reduce((sum, { shape: [a = 0, b = 0] }) => sum + a * b, 0);
    const packed = resolveRecipe({ batchSize: 2, learningRate: 1e-2 });
    const given = { model, objective: causalLm } as const;
    const estimate = await estimateMemory({ ...given, settings: packed, shape });
    expect(numbers).toBeGreaterThan(0);
    expect(estimate.packed / (4 * numbers)).toBeGreaterThan(1.7);
    const examples = [1, 5].map((first) =>
      textExample(Array.from({ length: 24 }, (_, at) => first + 3 * at)),
    );
    const course = async (settings: Recipe): Promise<number[]> => {
      const trainer = await createTrainer({ ...given, examples, settings });
      const found: number[] = [];
      while (trainer.step < 3) found.push((await trainer.trainStep()).loss);
      await trainer.dispose();
      return found;
    };
    const wanted = await course({ ...packed, packWeights: false });
    for (const [step, loss] of (await course(packed)).entries())
      expect(loss / (wanted[step] ?? Number.NaN)).toBeCloseTo(1, 5);
  });

  it('are not made where our own kernels read them as they lie, but of those that are stored in 16 bits', async () => {
    const { model } = await readReference('untied');
    const given = { objective: causalLm, shape, products: 'lathe' } as const;
    const packed = async (more: RecipeInput, of: typeof model): Promise<number> =>
      (await estimateMemory({ ...given, model: of, settings: resolveRecipe(more) })).packed;
    expect(await packed({}, model)).toBe(0);
    expect(await packed({ packWeights: true }, model)).toBeGreaterThan(0);
    expect(await packed({}, await openModelFolder(lathe))).toBeGreaterThan(0);
  });

  it('are made unless the settings or a limit on memory say otherwise', async () => {
    expect(await packedBytes({})).toBeGreaterThan(0);
    expect(await packedBytes({ packWeights: false })).toBe(0);
    expect(await packedBytes({ recomputeActivations: true })).toBe(0);
    expect(await packedBytes({ adaptation: { type: 'lora', baseBits: 4 } })).toBe(0);
    expect(await packedBytes({ memoryLimit: 2 ** 34 })).toBe(0);
    expect(await packedBytes({ memoryLimit: 2 ** 34, packWeights: true })).toBeGreaterThan(0);
  });

  it('are longer copies where widths are padded, and no less is given back', () => {
    const bytes = 4 * 1024 * 1024;
    const longer = 4 * 1024 * (1024 + 16);
    const source = { file: '/weights', offset: 0, shape: [1024, 1024] } as const;
    const x = input('x', [512, 1024]);
    const copiesOf = (weight: Value, products: 'onnxruntime' | 'padded') => {
      const forward = matmul(x, weight, { transB: true });
      const outputs = { y: add(forward, matmul(x, weight)) };
      return weightPacking({ outputs }, resolveRecipe({}), products);
    };
    const plain = mappedWeight('plain', { ...source, dtype: 'float32', byteLength: bytes });
    const half = mappedWeight('half', { ...source, dtype: 'float16', byteLength: bytes / 2 });
    const nothing = { widened: 0, widens: false };
    expect(copiesOf(plain, 'onnxruntime')).toEqual({
      ...nothing,
      copies: 2 * bytes,
      padded: 0,
      released: bytes,
    });
    expect(copiesOf(plain, 'padded')).toEqual({
      ...nothing,
      copies: 2 * longer,
      padded: 2 * longer,
      released: bytes,
    });
    expect(copiesOf(half, 'padded')).toEqual({
      widened: 0,
      widens: true,
      copies: 2 * longer,
      padded: 2 * longer,
      released: bytes / 2,
    });
  });
});
