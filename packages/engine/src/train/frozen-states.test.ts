import { mkdtemp, rm } from 'node:fs/promises';
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

/** Losses and norms of a few steps of a new head, the state being saved and taken up on the way. */
async function train(name: string, keptStateBytes: number, stopAt = 0) {
  const one = taskCases.find((each) => each.name === name) ?? expect.fail(name);
  const { model, rows } = await openTaskCase(one, join(folder, 'model'));
  const settings = resolveRecipe({
    ...{ task: one.task, adaptation: { type: 'head' }, keptStateBytes },
    ...{ batchSize: 3, learningRate: 1e-2, labelSmoothing: 0.1, epochs: 3 },
  });
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const run = { model, objective, examples: examplesOf(rows), settings };
    const isKept = (await frozenStates(await prepareRun(run))) !== undefined;
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
    const { loss } = await trainer.evaluate(run.examples);
    await trainer.dispose();
    return { isKept, points: [...points, loss] };
  });
}

it.each([
  'classification',
  'classification of a decoder',
  'reward of an encoder, with margins',
  'reward of scored texts',
  'token-classification',
  'question-answering',
])('%s: a new head is trained from kept states as from the base model', async (name) => {
  const plain = await train(name, 0);
  expect(plain.isKept).toBe(false);
  const kept = await train(name, 2 ** 20);
  expect(kept.isKept).toBe(true);
  for (const [at, value] of plain.points.entries())
    expect(Math.abs((kept.points[at] ?? Number.NaN) / value - 1)).toBeLessThan(1e-4);
  const resumed = await train(name, 2 ** 20, 2);
  expect(resumed.points).toEqual(kept.points);
});

it('computes anew what differs from epoch to epoch, and what is too much to keep', async () => {
  expect((await train('masked-lm', 2 ** 20)).isKept).toBe(false);
  expect((await train('token-classification', 100)).isKept).toBe(false);
});
