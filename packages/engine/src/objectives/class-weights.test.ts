import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { fromNumbers } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { openTaskCase, type TaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { createTrainer } from '../train/trainer.ts';
import { balancedWeights, entropyOf, meanScale } from './class-weights.ts';
import { objectiveFor } from './objective-for.ts';

type Reference = {
  readonly losses: readonly {
    readonly logits: readonly number[][];
    readonly labels: readonly number[];
    readonly weights: readonly number[];
    readonly smoothing: number;
    readonly loss: number;
    readonly gradient: readonly number[][];
  }[];
  readonly balanced: readonly {
    readonly counts: readonly number[];
    readonly weights: Readonly<Record<string, number>>;
  }[];
};
/** By torch and scikit-learn: bench/reference/class_weights.py. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/class-weights.json'), 'utf8'),
) as Reference;
const device = cpuDevice({ threads: 1 });

it('balances as scikit-learn does', () => {
  for (const { counts, weights } of reference.balanced) {
    const found = balancedWeights(counts);
    for (const [label, weight] of Object.entries(weights))
      expect(found[Number(label)]).toBeCloseTo(weight, 12);
  }
  expect(balancedWeights([3, 0, 1])).toEqual([4 / 6, 1, 4 / 2]);
});

it.each(reference.losses.map((each, at) => [at, each] as const))(
  'has the loss and the gradient of torch, and of its central differences: case %i',
  async (_, { logits, labels, weights, smoothing, loss, gradient }) => {
    const [rows, classes] = [logits.length, weights.length];
    const x = input('x', [rows, classes], 'float64');
    const each = entropyOf(
      { labels: classes, weights },
      smoothing,
      'float64',
    )(x, input('labels', [rows, 1], 'int32'));
    const scale = meanScale(weights, labels) / rows;
    const mean = mul(reduceSum(each.loss), scale);
    const slopes = gradients(mean, [x])[0] as Value;
    const program = await device.compile({ outputs: { mean, slopes } });
    const run = (values: readonly number[]) =>
      program.run({
        x: { data: fromNumbers('float64', values), shape: [rows, classes], dtype: 'float64' },
        labels: { data: Int32Array.from(labels), shape: [rows, 1], dtype: 'int32' },
        class_weights: {
          data: fromNumbers('float64', weights),
          shape: [classes, 1],
          dtype: 'float64',
        },
      });
    const flat = logits.flat();
    const found = await run(flat);
    expect(found.mean?.data[0]).toBeCloseTo(loss, 10);
    for (const [at, wanted] of gradient.flat().entries())
      expect(found.slopes?.data[at]).toBeCloseTo(wanted, 10);
    const step = 1e-6;
    const moved = async (by: number) =>
      Number((await run(flat.map((value, at) => (at === 1 ? value + by : value)))).mean?.data[0]);
    const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
    expect(found.slopes?.data[1]).toBeCloseTo(difference, 6);
    await program.dispose();
  },
);

it.each(['classification', 'token-classification'])(
  'a step of %s has the weighted mean of all of its targets, however it is parted',
  async (name) => {
    const one = taskCases.find((each) => each.name === name) as TaskCase;
    const { model, rows } = await openTaskCase(one, '');
    const weights = [0.5, 2, 4];
    const labels = 'labels' in one.task ? (one.task.labels ?? []) : [];
    const classWeights = labels.map((label, at) => ({ label, weight: weights[at] ?? 1 }));
    const settings: RecipeInput = {
      ...{ task: one.task, epochs: 1, shuffle: false },
      adaptation: { type: 'head' },
    };
    const measured = async (more: object, picked = rows) => {
      const recipe = resolveRecipe({ ...settings, batchSize: picked.length, ...more });
      return objectiveFor(recipe, { model, rows }, async (objective, examplesOf) => {
        const examples = examplesOf(picked);
        const trainer = await createTrainer({ model, objective, examples, settings: recipe });
        const { loss: evaluated, tokenAccuracy } = await trainer.evaluate(examples);
        const { loss } = await trainer.trainStep();
        await trainer.dispose();
        return { evaluated, loss, tokenAccuracy };
      });
    };
    const whole = await measured({ classWeights });
    const parted = await measured({ classWeights, microBatchTokens: 16 });
    expect(parted.loss).toBeCloseTo(whole.loss, 5);
    expect(parted.evaluated).toBeCloseTo(whole.evaluated, 5);
    expect(whole.loss).toBeCloseTo(whole.evaluated, 5);
    // One row of one label at a time, and by hand: Σ w·loss / Σ w.
    if (name === 'classification') {
      let [sum, total] = [0, 0];
      for (const row of rows) {
        const weight = weights[row.target?.[0] ?? 0] ?? 1;
        sum += weight * (await measured({}, [row])).evaluated;
        total += weight;
      }
      expect(whole.evaluated).toBeCloseTo(sum / total, 5);
    }
    const plain = await measured({});
    expect(whole.tokenAccuracy).toBe(plain.tokenAccuracy);
    expect(whole.loss).not.toBeCloseTo(plain.loss, 4);
  },
);
