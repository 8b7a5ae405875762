import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectiveFor } from '../objectives/objective-for.ts';
import { openTaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { frozenStates } from './frozen-states.ts';
import { prepareRun } from './prepare-run.ts';
import { createTrainer } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-frozen-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Losses and norms of a few steps of a new head, the state being saved and taken up on the way, and the last state. */
async function train(name: string, keptStateBytes: number, stopAt = 0) {
  const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
  const { model, rows } = await openTaskCase(one, join(folder, 'model'));
  const settings = resolveRecipe({
    ...{ task: one.task, adaptation: { type: 'head' }, keptStateBytes },
    ...{ batchSize: 3, learningRate: 1e-2, labelSmoothing: 0.1, epochs: 3 },
  });
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const run = { model, objective, examples: examplesOf(rows), settings };
    // Other objects than those of the run, as held-out rows are.
    const held = examplesOf(rows).slice(0, 4);
    const states = await frozenStates(await prepareRun(run));
    const isKept = states !== undefined;
    const keepsHeldOut = (await states?.keep(held)) === true;
    const points: number[] = [];
    let trainer = await createTrainer(run);
    while (trainer.step < trainer.totalSteps) {
      const { loss, gradientNorm } = await trainer.trainStep();
      points.push(loss, gradientNorm);
      if (trainer.step !== stopAt) continue;
      const state = await mkdtemp(join(folder, 'state-'));
      await trainer.saveState(join(state, 'saved'));
      await trainer.dispose();
      trainer = await createTrainer(run);
      await trainer.restoreState(join(state, 'saved'));
    }
    for (const examples of [run.examples, held, run.examples])
      points.push((await trainer.evaluate(examples)).loss);
    const last = join(await mkdtemp(join(folder, 'state-')), 'saved');
    await trainer.saveState(last);
    await trainer.dispose();
    const weights = await readFile(join(last, 'training-state.safetensors'));
    return { isKept, keepsHeldOut, points, weights };
  });
}

/** Whatever has a head beside a base model that makes the same of a text in every step. */
const keeping = taskCases.filter(({ task: { type } }) =>
  ['reward', 'classification', 'token-classification', 'question-answering'].includes(type),
);

it.each(keeping.map(({ name }) => name))(
  '%s: a new head is trained and scored from kept states as by the base model',
  async (name) => {
    const plain = await train(name, 0);
    expect(plain.isKept).toBe(false);
    const kept = await train(name, 2 ** 20);
    expect(kept).toMatchObject({ isKept: true, keepsHeldOut: true });
    for (const [at, value] of plain.points.entries())
      expect(Math.abs((kept.points[at] ?? Number.NaN) / value - 1)).toBeLessThan(1e-4);
    const resumed = await train(name, 2 ** 20, 2);
    expect(resumed.points).toEqual(kept.points);
    expect(resumed.weights.equals(kept.weights)).toBe(true);
  },
);

it('computes anew what differs from epoch to epoch, and what is too much to keep', async () => {
  expect((await train('masked-lm', 2 ** 20)).isKept).toBe(false);
  expect((await train('token-classification', 100)).isKept).toBe(false);
  const { rows } = await openTaskCase(
    taskCases.find(({ name }) => name === 'classification')!,
    folder,
  );
  const few = await train('classification', rows.length * 32 * 4);
  expect(few).toMatchObject({ isKept: true, keepsHeldOut: false });
});
