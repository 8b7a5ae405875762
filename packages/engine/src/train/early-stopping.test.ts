import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { earlyStoppingSchema } from '@lathe/recipe/early-stopping';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { trainWithEarlyStopping, watchMetric } from './early-stopping.ts';
import { createTrainer } from './trainer.ts';

it('ends after so many evaluations in a row that are not better by enough', () => {
  const watch = watchMetric(earlyStoppingSchema.parse({ patience: 2, minimumChange: 0.1 }));
  expect(watch.best).toBeUndefined();
  expect(watch.take(1, Number.NaN)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(2, 1)).toEqual({ isBest: true, goesOn: true });
  expect(watch.take(3, 0.95)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(4, 0.8)).toEqual({ isBest: true, goesOn: true });
  expect(watch.take(5, 0.9)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(6, 0.75)).toEqual({ isBest: false, goesOn: false });
  expect(watch.best).toEqual({ step: 4, value: 0.8 });
});

it('takes a larger accuracy as the better one', () => {
  const watch = watchMetric(earlyStoppingSchema.parse({ metric: 'token_accuracy', patience: 1 }));
  expect(watch.take(1, 0.5).isBest).toBe(true);
  expect(watch.take(2, 0.6).isBest).toBe(true);
  expect(watch.take(3, 0.6)).toEqual({ isBest: false, goesOn: false });
});

it('stops a run that learns its examples by heart, with the weights of its best step', async () => {
  const { model, examples } = await readReference('tied');
  const [train, heldOut] = [examples.slice(0, 4), examples.slice(4)];
  const settings = resolveRecipe({
    adaptation: { type: 'full' },
    epochs: 60,
    batchSize: 4,
    learningRate: 1e-2,
    schedule: 'constant',
  });
  const run = { model, settings, objective: causalLm, examples: train };
  const folder = await mkdtemp(join(tmpdir(), 'lathe-stop-'));
  const trainer = await createTrainer(run);
  const undisturbed = await createTrainer(run);
  try {
    const losses = new Map<number, number>();
    const step = await trainWithEarlyStopping({
      trainer,
      rule: earlyStoppingSchema.parse({ everySteps: 2, patience: 3 }),
      heldOut,
      epochs: settings.epochs,
      folder: join(folder, 'best'),
      onStep: () => undefined,
      onEvaluation: (at, { loss }) => void losses.set(at, loss),
    });
    const best = Math.min(...losses.values());
    const last = [...losses.keys()].at(-1) ?? 0;
    expect(last).toBeLessThan(trainer.totalSteps);
    expect(losses.get(step)).toBe(best);
    expect(last - step).toBe(6);
    expect(trainer.step).toBe(step);
    while (undisturbed.step < step) await undisturbed.trainStep();
    expect(await trainer.evaluate(heldOut)).toEqual(await undisturbed.evaluate(heldOut));
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await trainer.dispose();
    await undisturbed.dispose();
    await rm(folder, { recursive: true });
  }
});
