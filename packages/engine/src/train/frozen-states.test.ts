import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTrainingState, writeTrainingState } from '../formats/training-state.ts';
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

/** After which step a run is taken up by another trainer, and what becomes of the base's states until then. */
type Stop = { readonly at: number; readonly meanwhile?: (baseStates: string) => Promise<void> };

/** Losses and norms of a few steps of a new head, the state being saved and taken up on the way, and the last state. */
async function train(name: string, keptStateBytes: number, stop: Stop = { at: 0 }) {
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
    const states = await frozenStates(await prepareRun(run), { folder: undefined, run: '' });
    const isKept = states !== undefined;
    const keepsHeldOut = (await states?.keep(held)) === true;
    const points: number[] = [];
    let trainer = await createTrainer(run);
    while (trainer.step < trainer.totalSteps) {
      const { loss, gradientNorm } = await trainer.trainStep();
      points.push(loss, gradientNorm);
      if (trainer.step !== stop.at) continue;
      const state = await mkdtemp(join(folder, 'state-'));
      await trainer.evaluate(held);
      await trainer.saveState(join(state, 'saved'));
      const baseStates = join(state, 'base');
      await trainer.saveBaseStates(baseStates);
      await trainer.dispose();
      await stop.meanwhile?.(baseStates);
      trainer = await createTrainer({ ...run, baseStates });
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
    const resumed = await train(name, 2 ** 20, { at: 2 });
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

it.each(['token-classification', 'classification of a decoder'])(
  '%s: what the base made of texts is taken from an earlier attempt, and computed again where it is lost or damaged',
  async (name) => {
    const kept = await train(name, 2 ** 20);
    /** Does something to the states of the texts and to those of the held-out ones. */
    const each = (act: (folder: string) => Promise<void>) => async (baseStates: string) => {
      const names = await readdir(baseStates);
      expect(names).toHaveLength(2);
      for (const one of names) await act(join(baseStates, one));
    };
    const doubled = each(async (at) => {
      const { tensors, state } = await readTrainingState(at);
      for (const { data } of tensors.values()) data.set(data.map((value) => 2 * value));
      await writeTrainingState(at, { tensors, state });
    });
    const changed = await train(name, 2 ** 20, { at: 2, meanwhile: doubled });
    expect(changed.points.slice(0, 4)).toEqual(kept.points.slice(0, 4));
    for (const place of [4, kept.points.length - 2])
      expect(changed.points[place]).not.toBe(kept.points[place]);

    const damaged = each(async (at) => {
      const file = join(at, 'training-state.safetensors');
      const bytes = await readFile(file);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      await writeFile(file, bytes);
    });
    const halfGone = each((at) => rm(join(at, 'training-state.safetensors')));
    for (const meanwhile of [damaged, halfGone, (at: string) => rm(at, { recursive: true })]) {
      const again = await train(name, 2 ** 20, { at: 2, meanwhile });
      expect(again.points).toEqual(kept.points);
      expect(again.weights.equals(kept.weights)).toBe(true);
    }
  },
);
