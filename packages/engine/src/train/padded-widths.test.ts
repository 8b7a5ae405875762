import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { tinyPadding } from '../runtime/padded-cpu.fixture.ts';
import { ranOperators } from './ran-operators.fixture.ts';

const { model, examples } = await readReference('untied');

/** How many sides of products one step makes longer. */
async function padded(adaptation: RecipeInput['adaptation'], packWeights: boolean) {
  const settings = resolveRecipe({ adaptation, packWeights, batchSize: 4 });
  const options = { model, examples, settings, objective: causalLm };
  const ran = await ranOperators(options, tinyPadding);
  return ran.filter(({ type }) => type === 'Pad').length;
}

it('makes packed weights longer when the session is opened, and trained ones in each step', async () => {
  const lora = { type: 'lora', rank: 4 } as const;
  const packed = await padded(lora, true);
  expect(packed).toBeGreaterThan(0);
  // Seven matrices a block, each read forward and, but for three of the first block, backward.
  const reads = 2 * 7 * model.config.layers - 3;
  expect((await padded(lora, false)) - packed).toBeGreaterThanOrEqual(reads);
  const full = { type: 'full' } as const;
  expect(await padded(full, true)).toBe(await padded(full, false));
});
