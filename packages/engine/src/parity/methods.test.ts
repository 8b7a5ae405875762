import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { createTrainer } from '../train/trainer.ts';
import { curveDistances, gradientDistances } from './parity.ts';
import { methodCases, methodModels, recordedMethod } from './recorded-methods.ts';

const shape = { rows: 8, tokens: 32, targets: 96, examples: 8 };

describe.each(methodModels)('methods on the tiny model "%s"', (name) => {
  // The signs of PiSSA's start are arbitrary, and with them those of its gradients.
  it.each(methodCases.filter((kind) => kind !== 'pissa'))(
    '%s has the gradients of peft',
    async (kind) => {
      const { run, recording, trained } = await recordedMethod(name, kind);
      const found = await gradientDistances(run, recording, shape);
      expect([...found.compared].sort()).toEqual([...trained].sort());
      expect(recording.gradients.size).toBe(trained.length);
      expect(found.loss).toBeLessThan(5e-6);
      expect(found.gradients).toBeLessThan(1e-4);
    },
  );

  it.each(methodCases)('%s follows the recorded curve', async (kind) => {
    const { run, recording } = await recordedMethod(name, kind);
    const { curveLoss, curveNorm } = await curveDistances(run, recording.curve);
    expect(curveLoss).toBeLessThan(1e-4);
    expect(curveNorm).toBeLessThan(2e-4);
  });
});

describe('what a method leaves behind', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-methods-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(methodModels.flatMap((name) => methodCases.map((kind) => [name, kind] as const)))(
    '%s, %s: the merged model scores as the trained one, or there is none',
    async (name, kind) => {
      const { run } = await recordedMethod(name, kind);
      const trainer = await createTrainer(run);
      for (let step = 0; step < 4; step++) await trainer.trainStep();
      const trained = await trainer.evaluate(run.examples);
      const out = join(folder, `${name}-${kind}`);
      if (kind === 'prompt-tuning' || kind === 'prefix-tuning') {
        await expect(trainer.exportMerged(out)).rejects.toThrow('cannot be merged');
      } else {
        await trainer.exportMerged(out);
        const merged = await createTrainer({
          model: await openModelFolder(out),
          settings: resolveRecipe({ adaptation: { type: 'full' } }),
          objective: causalLm,
          examples: run.examples,
        });
        const { loss } = await merged.evaluate(run.examples);
        expect(Math.abs(loss / trained.loss - 1)).toBeLessThan(1e-5);
        await merged.dispose();
      }
      await trainer.dispose();
    },
  );
});
