import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { taskSchema } from '@lathe/recipe/task';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectiveFor } from '../objectives/objective-for.ts';
import { openTaskCase, type TaskCase, taskCases } from '../parity/task-rows.fixture.ts';
import { createTrainer } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-task-resume-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Trains to step `until`, from the state of `from` where given; the losses, and where the state lies. */
async function train(
  one: TaskCase,
  { settings, from, until }: { settings: RecipeInput; from?: string; until: number },
) {
  const { model, rows } = await openTaskCase(one, join(folder, 'model'));
  const recipe = resolveRecipe({ ...settings, task: one.task, batchSize: 2, seed: 3 });
  return objectiveFor(recipe, { model, rows }, async (objective, examplesOf) => {
    const examples = examplesOf(rows);
    const trainer = await createTrainer({ model, objective, examples, settings: recipe });
    if (from !== undefined) await trainer.restoreState(from);
    const losses: number[] = [];
    while (trainer.step < until) losses.push((await trainer.trainStep()).loss);
    const state = await mkdtemp(join(folder, 'state-'));
    await trainer.saveState(join(state, 'saved'));
    const { loss } = await trainer.evaluate(examples);
    await trainer.dispose();
    return { losses, loss, state: join(state, 'saved') };
  });
}

const lora = { adaptation: { type: 'lora', rank: 2, dropout: 0.1 } } as const;
const full = { adaptation: { type: 'full' }, learningRate: 1e-3 } as const;

it('has a case of every task', () => {
  const named = taskSchema.options.map(({ shape }) => shape.type.value);
  expect(new Set(taskCases.map(({ task }) => task.type))).toEqual(new Set(named));
});

it.each(taskCases.map((one, at) => [one.name, one, at % 2 === 0 ? lora : full] as const))(
  'a run of %s that is stopped and goes on ends bit for bit where the undisturbed one ends',
  async (_, one, settings) => {
    const whole = await train(one, { settings, until: 5 });
    const begun = await train(one, { settings, until: 2 });
    const rest = await train(one, { settings, from: begun.state, until: 5 });
    expect([...begun.losses, ...rest.losses]).toEqual(whole.losses);
    for (const loss of whole.losses) expect(loss).toBeGreaterThan(0);
    expect(rest.loss).toBe(whole.loss);
    const bytes = (path: string) => readFile(join(path, 'training-state.safetensors'));
    expect((await bytes(rest.state)).equals(await bytes(whole.state))).toBe(true);
  },
);

it.each(['classification', 'token-classification', 'several labels'])(
  'so does a run of %s that shows as many examples of each label, and weighs them',
  async (name) => {
    const one = taskCases.find((each) => each.name === name) as TaskCase;
    const isSingle = name !== 'several labels';
    const balanced = {
      ...(isSingle && { classWeights: 'balanced' as const }),
      sampling: 'balanced',
    } as const;
    const settings = { ...full, ...balanced };
    const whole = await train(one, { settings, until: 5 });
    const begun = await train(one, { settings, until: 2 });
    const rest = await train(one, { settings, from: begun.state, until: 5 });
    expect([...begun.losses, ...rest.losses]).toEqual(whole.losses);
    const bytes = (path: string) => readFile(join(path, 'training-state.safetensors'));
    expect((await bytes(rest.state)).equals(await bytes(whole.state))).toBe(true);
    const natural = await train(one, { settings: full, until: 2 });
    expect(natural.losses).not.toEqual(begun.losses);
  },
);

it('refuses weights of labels for a model that writes', async () => {
  const [one] = taskCases;
  const recipe = resolveRecipe({ classWeights: 'balanced' });
  const { model, rows } = await openTaskCase(one as TaskCase, folder);
  await expect(objectiveFor(recipe, { model, rows }, () => 0)).rejects.toThrow(
    'not for the task generation',
  );
});

it('hides other tokens of a text in every epoch, and the same whenever it is asked', async () => {
  const one = taskCases.find(({ name }) => name === 'masked-lm') as TaskCase;
  const { model, rows } = await openTaskCase(one, join(folder, 'model'));
  const recipe = resolveRecipe({ task: one.task });
  const seen = await objectiveFor(recipe, { model, rows }, (objective, examplesOf) => {
    const [first, again] = [examplesOf(rows), examplesOf(rows)];
    expect(first).toEqual(again);
    return [0, 1, 2].map((epoch) =>
      first.map((example) => objective.inEpoch?.(example, epoch) as unknown as typeof example),
    );
  });
  expect(new Set(seen.map((epoch) => JSON.stringify(epoch))).size).toBe(3);
  for (const epoch of seen as unknown as { hidden: Int32Array; answers: Int32Array }[][])
    for (const [at, { hidden, answers }] of epoch.entries()) {
      const { tokens = new Int32Array() } = rows[at] ?? {};
      expect(hidden.length).toBe(Math.round(0.4 * (tokens.length - 1)));
      expect([...hidden]).toEqual([...new Set(hidden)].sort((a, b) => a - b));
      expect([...answers]).toEqual(Array.from(hidden, (place) => tokens[place]));
    }
});

it.each([
  ['question-answering', 'tied', 'the task question-answering needs an encoder, such as bert'],
  ['generation', 'bert', 'the task generation needs a model that writes text; bert is an encoder'],
  ['classification', 'bert', 'the task classification needs its labels by name'],
  ['masked-lm', 'roberta', 'tokenizer.json: the file is missing'],
] as const)('refuses %s of %s in one sentence', async (type, family, message) => {
  const task = taskSchema.parse({ type });
  const { model, rows } = await openTaskCase(
    { name: type, family, task: { type: 'generation' }, columns: () => ({}) },
    folder,
  );
  const opened = objectiveFor(resolveRecipe({ task }), { model, rows }, () => 0);
  await expect(opened).rejects.toThrow(message);
});
