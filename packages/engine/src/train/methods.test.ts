import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { openModelFolder } from '../checkpoint/model-folder.ts';
import { readSafetensors, readTensor, type TensorEntry } from '../checkpoint/safetensors.ts';
import type { Value } from '../graph/value.ts';
import { readReference } from '../models/reference.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from './adapted-forward.ts';
import { batchFeeds } from './feeds.ts';
import { createModelState, parameterFeeds, weightValues } from './model-state.ts';
import { parseTrainingSettings, type TrainingSettingsInput } from './settings.ts';
import { createTrainer } from './trainer.ts';

type Case = {
  readonly settings: TrainingSettingsInput['method'];
  readonly learningRate: number;
  readonly loss: number;
  readonly curve: readonly { readonly loss: number; readonly gradientNorm: number }[];
  readonly trained: readonly string[];
};

const models = ['tied', 'gpt2', 'gemma3'] as const;
const cases = [
  'layers',
  'names',
  'rslora',
  'dora',
  'lora-plus',
  'pissa',
  'ia3',
  'prompt-tuning',
  'prefix-tuning',
  'tokens',
] as const;

/** What bench/reference/methods.py recorded of one method on one model. */
async function recorded(name: (typeof models)[number], kind: string) {
  const folder = join(import.meta.dirname, '..', 'adapt', 'fixtures');
  const { training, cases: all } = JSON.parse(
    await readFile(join(folder, `${name}.json`), 'utf8'),
  ) as { training: Record<string, number>; cases: Record<string, Case> };
  const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
  const part = (prefix: string): Map<string, TensorEntry> =>
    new Map(
      [...tensors].flatMap(([key, entry]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), entry] as const] : [],
      ),
    );
  const found = all[kind];
  if (found === undefined) throw new Error(`nothing was recorded of ${kind}`);
  const start = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, entry] of part(`${kind}.start.`))
    start.set(key, { shape: entry.shape, data: await readTensor(entry) });
  const { model, examples } = await readReference(name);
  return {
    ...found,
    model,
    examples,
    adapter: start.size === 0 ? undefined : { tensors: start },
    gradients: part(`${kind}.gradient.`),
    settings: parseTrainingSettings({
      method: found.settings,
      epochs: training.epochs,
      batchSize: training.batchSize,
      learningRate: found.learningRate,
      schedule: { kind: 'linear', warmupSteps: training.warmupSteps },
      optimizer: { type: 'adamw', weightDecay: training.weightDecay },
      maxGradientNorm: training.maxGradientNorm,
      shuffle: false,
    }),
  };
}

function distance(found: ArrayLike<number>, wanted: Float32Array): number {
  let apart = 0;
  let size = 0;
  for (const [at, value] of wanted.entries()) {
    apart += ((found[at] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart) / (Math.sqrt(size) + 1e-3);
}

describe.each(models)('methods on the tiny model "%s"', (name) => {
  it.each(cases.filter((kind) => kind !== 'pissa'))(
    '%s has the gradients of peft',
    async (kind) => {
      const run = await recorded(name, kind);
      const { model, settings, examples } = run;
      const state = await createModelState(run);
      expect(state.parameters.map((parameter) => parameter.name).sort()).toEqual(
        [...run.trained].sort(),
      );
      const weights = weightValues(model, state);
      const objective = withVirtualTokens(causalLm, state.adaptation.virtualTokens);
      const shape = { rows: 8, tokens: 32, targets: 96, examples: 8 };
      const { loss } = adaptedForward(model, settings, state)(weights, shape, {
        objective,
        training: true,
      });
      const names = [...weights.parameters.keys()];
      const found = gradients(loss, [...weights.parameters.values()]);
      const outputs: Record<string, Value> = { loss };
      for (const [at, key] of names.entries()) outputs[`gradient.${key}`] = found[at] as Value;
      const program = await cpuDevice().compile({ outputs }, { mapFolder: model.path });
      const windows = examples.map((example) => [example]);
      const answers = await program.run({
        ...parameterFeeds(state),
        ...batchFeeds(objective, windows, { shape, step: examples }),
      });
      await program.dispose();
      const weight = examples.reduce((sum, example) => sum + causalLm.weight(example), 0);
      expect(Number(answers.loss?.data[0]) / weight / run.loss).toBeCloseTo(1, 5);
      expect(run.gradients.size).toBe(names.length);
      for (const [key, entry] of run.gradients) {
        const sums = answers[`gradient.${key}`]?.data as Float32Array;
        const mean = sums.map((sum) => sum / weight);
        expect(distance(mean, await readTensor(entry)), key).toBeLessThan(1e-4);
      }
    },
  );

  it.each(cases)('%s follows the recorded curve', async (kind) => {
    const run = await recorded(name, kind);
    const trainer = await createTrainer({ ...run, objective: causalLm });
    for (const [step, point] of run.curve.entries()) {
      const metrics = await trainer.trainStep();
      expect(Math.abs(metrics.loss / point.loss - 1), `step ${step}`).toBeLessThan(1e-4);
      expect(Math.abs(metrics.gradientNorm / point.gradientNorm - 1), `step ${step}`).toBeLessThan(
        2e-4,
      );
    }
    await trainer.dispose();
  });
});

describe('what a method leaves behind', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-methods-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(models.flatMap((name) => cases.map((kind) => [name, kind] as const)))(
    '%s, %s: the merged model scores as the trained one, or there is none',
    async (name, kind) => {
      const run = await recorded(name, kind);
      const trainer = await createTrainer({ ...run, objective: causalLm });
      for (let step = 0; step < 4; step++) await trainer.trainStep();
      const trained = await trainer.evaluate(run.examples);
      const out = join(folder, `${name}-${kind}`);
      if (kind === 'prompt-tuning' || kind === 'prefix-tuning') {
        await expect(trainer.exportMerged(out)).rejects.toThrow('cannot be merged');
      } else {
        await trainer.exportMerged(out);
        const merged = await createTrainer({
          model: await openModelFolder(out),
          settings: parseTrainingSettings({ method: { type: 'full' } }),
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
