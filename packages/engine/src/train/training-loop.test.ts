import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { earlyStoppingSchema } from '@lathe/recipe/early-stopping';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';
import { type Moment, trainingLoop } from './training-loop.ts';

const metrics = {
  ...{ epoch: 1, loss: 1, tokenAccuracy: 1, figures: {}, learningRate: 1, gradientNorm: 1 },
  ...{ supervisedTokens: 1, tokens: 1, seconds: 1 },
};

/** What the loop tells of a run of so many steps, whose held-out losses are given by step. */
async function courseOf(
  totalSteps: number,
  losses: Readonly<Record<number, number>> | undefined,
  options: Partial<Parameters<typeof trainingLoop>[0]> = {},
): Promise<string[]> {
  let step = options.earlierScores?.at(-1)?.step ?? 0;
  const trainer = {
    totalSteps,
    get step() {
      return step;
    },
    trainStep: async () => ({ step: ++step, ...metrics }),
  };
  const score = async () => ({ ...metrics, loss: losses?.[step] ?? 9 });
  const moments = trainingLoop({ trainer, score: losses && score, ...options });
  const told = (moment: Moment): string => {
    if (moment.kind === 'step') return `step ${step}${moment.isMilestone ? '!' : ''}`;
    if (moment.kind === 'checkpoint') return moment.isBest ? 'best' : 'checkpoint';
    return moment.kind === 'end' ? `end ${moment.best}` : moment.kind;
  };
  const found: string[] = [];
  for await (const moment of moments) if (moment.kind !== 'boundary') found.push(told(moment));
  return found;
}

const earlyStopping = { ...earlyStoppingSchema.parse({ patience: 1 }), everySteps: 2 };

it('scores at checkpoints and at the end, which is none', async () => {
  const found = await courseOf(4, {}, { checkpointEvery: 2 });
  const first = ['step 1', 'step 2!', 'score', 'checkpoint'];
  expect(found).toEqual([...first, 'step 3', 'step 4!', 'score', 'end 4']);
  expect(await courseOf(2, undefined)).toEqual(['step 1', 'step 2!', 'end 2']);
});

it('keeps the best step and ends after the patience', async () => {
  const found = await courseOf(8, { 2: 1, 4: 2 }, { earlyStopping });
  const best = ['step 1', 'step 2!', 'score', 'best'];
  expect(found).toEqual([...best, 'step 3', 'step 4!', 'score', 'end 2']);
});

it('has seen the scores of before', async () => {
  const figures = { span_f1: 0.5 };
  const earlierScores = [{ step: 2, loss: 1, tokenAccuracy: 1, figures }];
  const found = await courseOf(8, { 4: 2 }, { earlyStopping, earlierScores });
  expect(found).toEqual(['step 3', 'step 4!', 'score', 'end 2']);
  const byTask = { ...earlyStopping, metric: 'span_f1' } as const;
  const again = await courseOf(8, { 4: 0.5 }, { earlyStopping: byTask, earlierScores });
  expect(again).toEqual(['step 3', 'step 4!', 'score', 'end 2']);
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
    const rule = earlyStoppingSchema.parse({ patience: 3 });
    const moments = trainingLoop({
      trainer,
      score: () => trainer.evaluate(heldOut),
      earlyStopping: { ...rule, everySteps: 2 },
    });
    let step = 0;
    for await (const moment of moments)
      if (moment.kind === 'score') losses.set(trainer.step, moment.score.loss);
      else if (moment.kind === 'checkpoint') await trainer.saveState(join(folder, 'best'));
      else if (moment.kind === 'end') step = moment.best;
    await trainer.restoreState(join(folder, 'best'));
    const best = Math.min(...losses.values());
    const last = [...losses.keys()].at(-1) ?? 0;
    expect(last).toBeLessThan(trainer.totalSteps);
    expect(losses.get(step)).toBe(best);
    expect(last - step).toBe(6);
    expect(trainer.step).toBe(step);
    while (undisturbed.step < step) await undisturbed.trainStep();
    expect(await trainer.evaluate(heldOut)).toEqual(await undisturbed.evaluate(heldOut));
  } finally {
    await trainer.dispose();
    await undisturbed.dispose();
    await rm(folder, { recursive: true });
  }
});
