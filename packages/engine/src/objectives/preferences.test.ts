import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import {
  type Method,
  type RecordedPoint,
  readRecordedPreferences,
  recordedRun,
} from '../parity/recorded-preferences.ts';
import { createTrainer, type StepMetrics } from '../train/trainer.ts';

const recorded = await readRecordedPreferences();
const runs = Object.entries(recorded.curves).flatMap(([name, curves]) =>
  Object.keys(curves).map((method) => ({ name, method: method as Method })),
);

/** Relative, but a number near 0 counts as 0.01. */
function expectClose(found: number | undefined, wanted: number, what: string, most = 1e-4): void {
  const scale = Math.max(Math.abs(wanted), 1e-2);
  expect(Math.abs((found ?? Number.NaN) - wanted) / scale, what).toBeLessThan(most);
}

/** Names that TRL's reward trainer has for what the others call otherwise. */
const renamed: Readonly<Record<string, string>> = { margin: 'rewards/margins' };

function expectFigures(name: string, metrics: StepMetrics, point: RecordedPoint): void {
  for (const [key, wanted] of Object.entries(point.figures)) {
    const isAccuracy = key === 'rewards/accuracies' || key === 'accuracy';
    // At the start of a run with a reference all leads are 0 but for rounding.
    if (isAccuracy && metrics.step > 2)
      expect(metrics.tokenAccuracy, `accuracy of step ${metrics.step}`).toBeCloseTo(wanted, 5);
    const isLeftOut =
      (name === 'kto' && key === 'rewards/margins') ||
      (name.startsWith('simpo') && key === 'nll_loss');
    if (isAccuracy || isLeftOut) continue;
    expectClose(
      metrics.figures[renamed[key] ?? key],
      wanted,
      `${key} of step ${metrics.step}`,
      1e-3,
    );
  }
}

describe('training as the reference does', () => {
  it.each(runs)('follows the recorded curve: $name, $method', async ({ name, method }) => {
    const trainer = await createTrainer(await recordedRun(recorded, name, method));
    const curve = recorded.curves[name]?.[method] ?? [];
    expect(trainer.totalSteps).toBe(curve.length);
    for (const point of curve) {
      const metrics = await trainer.trainStep();
      expectClose(metrics.loss, point.loss, `loss of step ${metrics.step}`);
      expectClose(metrics.gradientNorm, point.gradientNorm, `norm of step ${metrics.step}`);
      expectFigures(name, metrics, point);
    }
    await trainer.dispose();
  });
});

async function losses(name: string, method: Method, settings: RecipeInput) {
  const trainer = await createTrainer(await recordedRun(recorded, name, method, settings));
  const found: number[] = [];
  for (let step = 0; step < 4; step++) {
    const { loss, gradientNorm } = await trainer.trainStep();
    found.push(loss, gradientNorm);
  }
  await trainer.dispose();
  return found;
}

describe('the same run in other ways', () => {
  it.each(['dpo-ipo', 'orpo', 'kto', 'reward'])(
    'gives %s the same losses in any split into micro-batches',
    async (name) => {
      const wanted = await losses(name, 'full', { packing: false });
      for (const settings of [{ microBatchTokens: 1 }, { microBatchTokens: 64 }])
        for (const [at, found] of (await losses(name, 'full', settings)).entries())
          expectClose(found, wanted[at] ?? Number.NaN, `number ${at}`, 5e-5);
    },
  );

  it('refuses to split a batch whose examples are compared with each other', async () => {
    await expect(losses('embedding-mean', 'full', { microBatchTokens: 1 })).rejects.toThrow(
      'raise microBatchTokens, or lower batchSize or maxTokens',
    );
  });

  it('refuses a batch of one for KTO', async () => {
    await expect(losses('kto', 'full', { batchSize: 1 })).rejects.toThrow('at least 2 examples');
  });

  it('judges a single held-out answer by KTO, which at the start is as likely as its reference', async () => {
    const options = await recordedRun(recorded, 'kto', 'lora');
    const trainer = await createTrainer(options);
    expect((await trainer.evaluate(options.examples.slice(0, 1))).loss).toBeCloseTo(0.5, 5);
    await trainer.dispose();
  });
});

describe('a run that stops and goes on', () => {
  it.each([
    ['dpo-sigmoid', 'full'],
    ['dpo-ipo', 'lora'],
    ['kto', 'lora'],
    ['reward', 'lora'],
    ['embedding-mean', 'full'],
  ] as const)('ends with the same bits (%s, %s)', async (name, method) => {
    const settings = { shuffle: true };
    const options = await recordedRun(recorded, name, method, settings);
    const whole = await createTrainer(options);
    const points: number[] = [];
    for (let step = 0; step < 6; step++) points.push((await whole.trainStep()).loss);
    await whole.evaluate(options.examples.slice(2));
    const folder = await mkdtemp(join(tmpdir(), 'lathe-preferences-'));
    const first = await createTrainer(options);
    for (let step = 0; step < 3; step++) await first.trainStep();
    await first.saveState(join(folder, 'state'));
    await first.dispose();
    const second = await createTrainer(options);
    await second.restoreState(join(folder, 'state'));
    for (let step = 3; step < 6; step++) expect((await second.trainStep()).loss).toBe(points[step]);
    await rm(folder, { recursive: true });
    expect(await second.evaluate(options.examples)).toEqual(await whole.evaluate(options.examples));
    await whole.dispose();
    await second.dispose();
  });

  it('refuses the state of a run with another beta', async () => {
    const options = await recordedRun(recorded, 'dpo-sigmoid', 'lora');
    const other = await recordedRun(recorded, 'dpo-ipo', 'lora');
    const folder = await mkdtemp(join(tmpdir(), 'lathe-preferences-'));
    const first = await createTrainer(options);
    await first.saveState(join(folder, 'state'));
    const second = await createTrainer(other);
    await expect(second.restoreState(join(folder, 'state'))).rejects.toThrow('other settings');
    await first.dispose();
    await second.dispose();
    await rm(folder, { recursive: true });
  });
});

describe('evaluation', () => {
  it('measures held-out pairs against the weights that the run started from', async () => {
    const options = await recordedRun(recorded, 'dpo-sigmoid', 'full');
    const held = options.examples.slice(0, 3);
    const trainer = await createTrainer({ ...options, examples: options.examples.slice(3) });
    const before = await trainer.evaluate(held);
    expect(before.loss).toBeCloseTo(Math.LN2, 5);
    for (let step = 0; step < 6; step++) await trainer.trainStep();
    const fresh = held.map((example) => ({ ...example }));
    const after = await trainer.evaluate(fresh);
    expect(after.loss).not.toBeCloseTo(Math.LN2, 3);
    expect(await trainer.evaluate(held)).toEqual(after);
    await trainer.dispose();
  });
});
