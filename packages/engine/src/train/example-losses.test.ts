import { resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { readReference } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';

/** Texts of several lengths, the last of which goes on otherwise than all that begin as it does. */
const texts = [[1, 2, 3, 4], [5, 6], [7, 8, 9], ...Array.from({ length: 8 }, () => [1, 2, 3, 4])];
const examples = [...texts, [1, 2, 3, 30]].map(textExample);

it('tells the loss of each example, packed with others and in passes of their own, as scoring it alone does', async () => {
  const { model } = await readReference('tied');
  for (const microBatchTokens of [16, 256]) {
    const settings = resolveRecipe({
      ...{ epochs: 2, batchSize: examples.length, microBatchTokens },
      ...{ learningRate: 1e-3, adaptation: { type: 'full' } },
    });
    const trainer = await createTrainer({ model, settings, objective: causalLm, examples });
    const alone: number[][] = [];
    while (trainer.step < trainer.totalSteps) {
      expect(trainer.seenExamples()).toEqual([]);
      const losses: number[] = [];
      for (const example of examples) losses.push((await trainer.evaluate([example])).loss);
      alone.push(losses);
      await trainer.trainStep();
    }
    const told = (step: number, example: number) => expect.closeTo(alone[step]?.[example] ?? 0, 4);
    expect(trainer.seenExamples()).toEqual(
      examples.map((_, at) => ({ example: at, first: told(0, at), last: told(1, at) })),
    );
    await trainer.dispose();
  }
});

it('shows that the loss of an example that contradicts others stays', async () => {
  const { model } = await readReference('tied');
  const settings = resolveRecipe({
    ...{ epochs: 30, batchSize: 4, learningRate: 3e-3, adaptation: { type: 'full' } },
  });
  const trainer = await createTrainer({ model, settings, objective: causalLm, examples });
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
  const losses = trainer.seenExamples().map(({ last }) => last);
  expect(losses.indexOf(Math.max(...losses))).toBe(examples.length - 1);
  await trainer.dispose();
});
