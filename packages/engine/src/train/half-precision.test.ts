/**
 * Training in float16 against float32, both on the CPU, which computes float16 in float32 over rounded numbers: the
 * same results as a device with float16 hardware gives, up to the order of its sums.
 */

import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { ancestors } from '../graph/value.ts';
import { planForEstimate } from '../memory/memory-estimate.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { planGroups } from '../optim/flat-state.ts';
import { readRecordedPreferences, recordedRun } from '../parity/recorded-preferences.ts';
import { recordedRuns } from '../parity/recorded-runs.ts';
import { readReference } from '../parity/reference.ts';
import { boundCpu } from '../runtime/bound-memory.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device, HalfProducts } from '../runtime/device.ts';
import { parameterGradientsGraph } from '../step/graphs.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { weightValues } from '../trained/model-state.ts';
import { LossScale } from '../update/loss-scale.ts';
import { scaledStep } from '../update/scaled-step.ts';
import { precisionFor } from './precision.ts';
import { createTrainer, type StepMetrics, type TrainerOptions } from './trainer.ts';

/** Largest relative difference of a step's loss, and of its gradient norm. */
const tolerance = { loss: 1e-3, gradientNorm: 5e-3 };

const methods: [string, RecipeInput][] = [
  ['full', { adaptation: { type: 'full' } }],
  ['LoRA with dropout', { adaptation: { type: 'lora', rank: 4, dropout: 0.1 } }],
  ['LoRA, accumulating', { adaptation: { type: 'lora', rank: 4 }, microBatchTokens: 64 }],
  ['full, recomputed', { adaptation: { type: 'full' }, recomputeActivations: true }],
];

async function tinyRun(settings: RecipeInput): Promise<TrainerOptions<object>> {
  const { model, examples } = await readReference('tied');
  const learning = { batchSize: 4, epochs: 6, learningRate: 1e-3, ...settings };
  const run = { model, examples, objective: causalLm, settings: resolveRecipe(learning) };
  return run as unknown as TrainerOptions<object>;
}

async function curve<Example>(
  run: TrainerOptions<Example>,
  most = Infinity,
): Promise<StepMetrics[]> {
  const trainer = await createTrainer(run);
  const steps: StepMetrics[] = [];
  while (trainer.step < Math.min(most, trainer.totalSteps)) steps.push(await trainer.trainStep());
  await trainer.dispose();
  return steps;
}

function distance(
  a: readonly StepMetrics[],
  b: readonly StepMetrics[],
  key: keyof typeof tolerance,
) {
  expect(a.length).toBe(b.length);
  return a.reduce((most, step, at) => {
    const other = b[at]?.[key] ?? Number.NaN;
    return Math.max(most, Math.abs(step[key] - other) / Math.abs(other));
  }, 0);
}

describe('training in float16', () => {
  it.each(methods)('follows float32 step by step: %s', async (_, settings) => {
    const half = await curve(await tinyRun({ ...settings, precision: 'float16' }));
    const single = await curve(await tinyRun({ ...settings, precision: 'float32' }));
    for (const key of ['loss', 'gradientNorm'] as const)
      expect(distance(half, single, key), key).toBeLessThan(tolerance[key]);
    // It is another computation, or nothing was rounded.
    expect(distance(half, single, 'loss')).toBeGreaterThan(1e-8);
    expect(half.at(-1)?.loss).toBeLessThan((half[0]?.loss ?? 0) * 0.9);
  });

  it.each([
    ['untied', 'dora · causal-lm'],
    ['mistral', 'prefix-tuning · causal-lm'],
    ['qwen3', 'tokens · causal-lm'],
    ['gemma3', 'pissa · causal-lm'],
    ['phi3', 'ia3 · causal-lm'],
    ['gpt2', 'full · embedding'],
    ['qwen2', 'full · reward'],
    ['bert', 'head · single-label'],
    ['roberta', 'lora · span-extraction'],
    ['distilbert', 'lora · token-classification'],
    ['modernbert', 'full · embedding'],
  ] as const)('follows float32 for every kind of run: %s · %s', async (family, what) => {
    const runs = await recordedRuns(family);
    const run = runs.find(({ name }) => name === `${family} · ${what}`)?.run;
    expect(run, runs.map(({ name }) => name).join('\n')).toBeDefined();
    const of = (precision: 'float16' | 'float32') =>
      curve({ ...run!, settings: { ...run!.settings, precision } }, 2);
    const [half, single] = [await of('float16'), await of('float32')];
    expect(distance(half, single, 'loss')).toBeLessThan(tolerance.loss);
    expect(distance(half, single, 'gradientNorm')).toBeLessThan(tolerance.gradientNorm);
  });

  it.each(['dpo-sigmoid', 'orpo', 'kto'] as const)(
    'follows float32 for preferences: %s',
    async (name) => {
      const recorded = await readRecordedPreferences();
      const { adapter: _, ...run } = await recordedRun(recorded, name, 'full', {
        adaptation: { type: 'lora', rank: 4 },
      });
      const of = (precision: 'float16' | 'float32') =>
        curve({ ...run, settings: { ...run.settings, precision } }, 3);
      const [half, single] = [await of('float16'), await of('float32')];
      expect(distance(half, single, 'loss')).toBeLessThan(tolerance.loss);
      expect(distance(half, single, 'gradientNorm')).toBeLessThan(tolerance.gradientNorm);
    },
  );

  it('multiplies in float16 forwards and backwards, and does nothing else in it', async () => {
    const run = await tinyRun({ adaptation: { type: 'full' }, precision: 'float16' });
    const { model, settings, objective } = run;
    const plan = await planForEstimate(run);
    const weights = weightValues(model, plan);
    const forwardOf = adaptedForward(model, settings, plan);
    const forward = forwardOf(
      weights,
      { rows: 2, tokens: 16, targets: 32, examples: 2 },
      { objective, training: true },
    );
    const graph = parameterGradientsGraph(forward, planGroups(plan.parameters), weights.parameters);
    const nodes = ancestors(Object.values(graph.outputs));
    const products = nodes.filter(({ op }) => op.name === 'MatMul');
    expect(products.length).toBeGreaterThan(30);
    expect(new Set(products.map(({ dtype }) => dtype))).toEqual(new Set(['float16']));
    const others = nodes.filter(({ dtype, op }) => dtype === 'float16' && op.name !== 'MatMul');
    // Rounding, and the sum of gradients of a value that several products read.
    expect(new Set(others.map(({ op }) => op.name))).toEqual(new Set(['Cast', 'Add']));
  });
});

describe('the loss scale', () => {
  it('halves until a step fits, without losing it, and doubles after steps that do', async () => {
    const settings = { adaptation: { type: 'full' } } as const;
    const single = await curve(await tinyRun({ ...settings, precision: 'float32' }));
    const scaled = async (initial: number) => {
      const lossScale = { initial, growthSteps: 3 };
      const half = await curve(await tinyRun({ ...settings, precision: 'float16', lossScale }));
      for (const key of ['loss', 'gradientNorm'] as const)
        expect(distance(half, single, key), key).toBeLessThan(tolerance[key]);
      return half.map((step) => step.lossScale as number);
    };
    expect((await scaled(1024)).slice(0, 7)).toEqual([1024, 1024, 1024, 2048, 2048, 2048, 4096]);
    const [first = 0, ...others] = await scaled(2 ** 32);
    expect(first).toBeLessThan(2 ** 24);
    expect(Math.max(...others)).toBeLessThanOrEqual(4 * first);
  });

  it.each(['host', 'graph', 'device'] as const)(
    'leaves the state as it was when a gradient overflows: updated by the %s',
    async (by) => {
      const where = by === 'device' ? { device: boundCpu() } : { update: by };
      for (const microBatchTokens of [2048, 64]) {
        const settings = {
          adaptation: { type: 'full' },
          microBatchTokens,
          precision: 'float16',
        } as const;
        const run = async (initial: number) =>
          curve({ ...(await tinyRun({ ...settings, lossScale: { initial } })), ...where }, 2);
        const fitting = (await run(2 ** 32))[0]?.lossScale as number;
        const bits = ({ loss, gradientNorm }: StepMetrics) => [loss, gradientNorm];
        expect((await run(2 ** 32)).map(bits)).toEqual((await run(fitting)).map(bits));
      }
    },
  );

  it('gives up when gradients overflow at scale 1, and when the loss does', async () => {
    const settings = { initial: 8, growthSteps: 2 };
    const asked: number[] = [];
    const runner = (loss: number) => ({
      async run({ weight }: { readonly weight: number }) {
        asked.push(weight);
        const sums = { loss, correct: 0, figures: {}, losses: [] };
        return { ...sums, gradientNorm: Number.POSITIVE_INFINITY };
      },
    });
    const input = { microBatches: [], weight: 4, learningRate: 1, step: 1 };
    const scale = new LossScale(settings);
    expect(await scaledStep(runner(1), scale, input)).toMatchObject({ lossScale: 1 });
    expect(asked).toEqual([8, 4, 2, 1]);
    asked.length = 0;
    expect(await scaledStep(runner(Number.NaN), new LossScale(settings), input)).toMatchObject({
      lossScale: 8,
    });
    expect(asked).toEqual([8]);
  });

  it('counts good steps anew after an overflow, and goes on where it was saved', () => {
    const scale = new LossScale({ initial: 4, growthSteps: 2 });
    scale.succeeded();
    expect(scale.overflowed()).toBe(true);
    scale.succeeded();
    const { state } = scale;
    expect(state).toEqual({ scale: 2, goodSteps: 1 });
    scale.succeeded();
    expect(scale.value).toBe(4);
    scale.restore(state);
    expect(scale.state).toEqual(state);
    scale.restore(undefined);
    expect(scale.state).toEqual({ scale: 4, goodSteps: 0 });
  });
});

describe('the precision of a run', () => {
  const device = (halfProducts: HalfProducts): Device => ({
    ...cpuDevice(),
    name: 'webgpu',
    halfProducts: async () => halfProducts,
  });

  it('is float16 by default where the device multiplies in it natively, and nowhere else', async () => {
    const { precision } = resolveRecipe();
    expect(await precisionFor(precision, device('native'))).toBe('float16');
    expect(await precisionFor(precision, device('narrow'))).toBe('float32');
    expect(await precisionFor(precision, device('rounded'))).toBe('float32');
    expect(await precisionFor(precision, device('none'))).toBe('float32');
    expect(await precisionFor(precision, cpuDevice())).toBe('float32');
    expect(await precisionFor('float32', device('native'))).toBe('float32');
  });

  it('is refused by the name of a device that has no float16', async () => {
    await expect(precisionFor('float16', device('none'))).rejects.toThrow('"webgpu"');
    expect(await precisionFor('float16', device('narrow'))).toBe('float16');
    expect(await precisionFor('float16', cpuDevice())).toBe('float16');
  });
});
