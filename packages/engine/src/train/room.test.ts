import { resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { readReference } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';

it.each(['prompt-tuning', 'prefix-tuning'] as const)(
  'examples leave room for what %s puts before them',
  async (type) => {
    const { model } = await readReference('gpt2');
    const { maxPositions } = model.config;
    const run = async (tokens: number) => {
      const trainer = await createTrainer({
        model,
        objective: causalLm,
        settings: resolveRecipe({
          adaptation: { type, tokens: 5 },
          maxTokens: 2 * maxPositions,
          batchSize: 1,
          epochs: 1,
        }),
        examples: [textExample(Array.from({ length: tokens }, (_, at) => at % 50))],
      });
      const { loss } = await trainer.trainStep();
      await trainer.dispose();
      return loss;
    };
    expect(await run(maxPositions - 5)).toBeGreaterThan(0);
    await expect(run(maxPositions - 4)).rejects.toThrow(
      new RegExp(`has ${maxPositions - 4} tokens.*${maxPositions - 5}`),
    );
  },
);
