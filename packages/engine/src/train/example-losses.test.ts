import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { dpo } from '../objectives/dpo.ts';
import { textExample } from '../objectives/example.ts';
import { objectiveFor } from '../objectives/objective-for.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { readReference } from '../parity/reference.ts';
import { openTaskCase, type TaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { ExampleLosses } from './example-losses.ts';
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

it('shows that the loss of a pair the wrong way round stays', async () => {
  const { model } = await readReference('tied');
  const settings = resolveRecipe({
    ...{ epochs: 20, batchSize: 4, learningRate: 3e-3, adaptation: { type: 'full' } },
    ...{ task: { type: 'preference' }, preference: { beta: 1 } },
  });
  const [better, worse] = [textExample([1, 2, 3]), textExample([1, 2, 4])];
  const right = Array.from({ length: 11 }, () => ({ chosen: better, rejected: worse }));
  const pairs = [...right, { chosen: worse, rejected: better }];
  const objective = dpo(parseSettings('DPO', { beta: 1 }));
  const trainer = await createTrainer({ model, settings, objective, examples: pairs });
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
  const losses = trainer.seenExamples().map(({ last }) => last);
  await trainer.dispose();
  expect(losses.pop()).toBeGreaterThan(Math.LN2);
  expect(Math.max(...losses)).toBeLessThan(Math.LN2 / 4);
});

const full = { adaptation: { type: 'full' }, learningRate: 1e-3, seed: 3 } as const;
const losses = ['sigmoid', 'ipo', 'hinge', 'robust', 'orpo', 'simpo', 'kto'] as const;
/** The loss of a step has a further part, or another scale, than what is told of its examples. */
const hasMore = /orpo|kto|^reward$/;
/** What an example asks for is a number: its loss has the scale of the numbers, and nothing is told. */
const isNumber = /regression|scored/;

type Case = {
  readonly name: string;
  readonly one: TaskCase;
  readonly preference: RecipeInput['preference'];
};

/** Every task, and of pairs of answers every loss. */
const cases = taskCases.flatMap<Case>((one) =>
  one.task.type === 'preference'
    ? losses.map((loss) => ({ name: `${one.name} by ${loss}`, one, preference: { loss } }))
    : [{ name: one.name, one, preference: undefined }],
);

it.each(cases)(
  'tells the losses of the examples of $name, whose mean is the loss of the step',
  async ({ name, one, preference }) => {
    await using folder = await tempFolder();
    const { model, rows } = await openTaskCase(one, join(folder.path, 'model'));
    const settings = resolveRecipe({
      ...{ ...full, epochs: 2, task: one.task, batchSize: 64 },
      ...(preference && { preference }),
    });
    await objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
      const examples = examplesOf(rows);
      const trainer = await createTrainer({ model, objective, examples, settings });
      const steps = [await trainer.trainStep(), await trainer.trainStep()];
      const seen = trainer.seenExamples();
      await trainer.dispose();
      expect(seen).toHaveLength(isNumber.test(name) ? 0 : examples.length);
      for (const loss of seen.flatMap(({ first, last }) => [first, last])) {
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThan(1000);
      }
      if (isNumber.test(name) || hasMore.test(name)) return;
      const weights = examples.map((example) => objective.weight(example));
      // Of several labels it is the loss of all of them together.
      const each = name === 'several labels' ? 3 : 1;
      const total = each * weights.reduce((sum, weight) => sum + weight, 0);
      const meanOf = (which: 'first' | 'last'): number =>
        seen.reduce((sum, told) => sum + told[which] * (weights[told.example] ?? 0), 0) / total;
      expect(meanOf('first')).toBeCloseTo(steps[0]?.loss ?? 0, 4);
      expect(meanOf('last')).toBeCloseTo(steps[1]?.loss ?? 0, 4);
    });
  },
);

it('takes the lowest loss after the first of an example that hides other tokens each time', () => {
  const objective = { targets: () => 1, weight: () => 1, inEpoch: (text: string) => text };
  const losses = new ExampleLosses({ examples: ['a text'], objective });
  for (const loss of [3, 1, 2]) losses.add([0], Float32Array.of(loss));
  expect(losses.seen()).toEqual([{ example: 0, first: 3, last: 1 }]);
});
