/**
 * How much faster a new head is trained from hidden states that are kept than from a base model that is run in every
 * step: seconds of a whole run, the computing of the states included; and how much sooner a run is open that finds the states of an
 * earlier attempt.
 *
 *     npm run bench:head [-- --model models/lathe-tiny] [--rows 128] [--tokens 32] [--epochs 5]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { objectiveFor } from '@lathe/engine/objective-for';
import { createTrainer, type Trainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/lathe-tiny' },
    rows: { type: 'string', default: '128' },
    tokens: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '5' },
  },
});
const model = await openAnyModelFolder(values.model);
const length = Number(values.tokens);
const labels = ['a', 'b', 'c'];
const rows = Array.from({ length: Number(values.rows) }, (_, row) => ({
  tokens: Int32Array.from({ length }, (_, at) => (row * 31 + at * 7) % model.config.vocabularySize),
  supervised: new Uint8Array(length),
  target: Float32Array.of(row % labels.length),
}));

type HeadTrainer = Pick<
  Trainer<never>,
  'step' | 'totalSteps' | 'trainStep' | 'saveBaseStates' | 'dispose'
>;

async function secondsWith(
  keptStateBytes: number,
  act: (open: (baseStates?: string) => Promise<HeadTrainer>) => Promise<void>,
): Promise<number> {
  const settings = resolveRecipe({
    ...{ task: { type: 'classification', labels }, adaptation: { type: 'head' }, keptStateBytes },
    epochs: Number(values.epochs),
  });
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const started = performance.now();
    const run = { model, objective, examples: examplesOf(rows), settings };
    await act((baseStates) => createTrainer({ ...run, baseStates }));
    return (performance.now() - started) / 1000;
  });
}

const mostBytes = 2 ** 30;
const folder = await mkdtemp(join(tmpdir(), 'lathe-head-'));
const anew = await secondsWith(0, async (open) => train(await open()));
const kept = await secondsWith(mostBytes, async (open) => {
  const trainer = await open();
  await trainer.saveBaseStates(folder);
  await train(trainer);
});
const opened = (baseStates?: string) =>
  secondsWith(mostBytes, async (open) => (await open(baseStates)).dispose());
const again = await opened();
const found = await opened(folder);
await rm(folder, { recursive: true });
console.log(
  `${model.name}, ${rows.length} rows of ${length} tokens, ${values.epochs} epochs: ${anew.toFixed(2)} s anew, ${kept.toFixed(2)} s from kept states, ${(anew / kept).toFixed(1)} times as fast; open in ${again.toFixed(2)} s, and in ${found.toFixed(2)} s with the states of an earlier attempt`,
);

async function train(trainer: HeadTrainer): Promise<void> {
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
  await trainer.dispose();
}
