import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { estimateMemory } from '../memory/memory-estimate.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { createTrainer } from '../train/trainer.ts';

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

  it('are made unless the settings or a limit on memory say otherwise', async () => {
    expect(await packedBytes({})).toBeGreaterThan(0);
    expect(await packedBytes({ packWeights: false })).toBe(0);
    expect(await packedBytes({ recomputeActivations: true })).toBe(0);
    expect(await packedBytes({ adaptation: { type: 'lora', baseBits: 4 } })).toBe(0);
    expect(await packedBytes({ memoryLimit: 2 ** 34 })).toBe(0);
    expect(await packedBytes({ memoryLimit: 2 ** 34, packWeights: true })).toBeGreaterThan(0);
  });
});
