import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { planBatches } from '../batch/batches.ts';
import { rootSeed } from '../nn/seed.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { dpo } from '../objectives/dpo.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { readReference } from '../parity/reference.ts';
import { estimateMemory } from './memory-estimate.ts';
import { estimateRun } from './run-estimate.ts';

const { model } = await readReference('tied');
const exampleOf = (length: number): TokenizedExample => ({
  tokens: new Int32Array(length),
  supervised: new Uint8Array(length).fill(1, 1),
});
const examples = (count: number, length: number) =>
  Array.from({ length: count }, () => exampleOf(length));
const estimate = (input: RecipeInput, given = examples(8, 64)) =>
  estimateRun({
    model,
    settings: resolveRecipe({ batchSize: given.length, ...input }),
    objective: causalLm,
    examples: given,
  });

it('is the estimate of the shape that such steps have', async () => {
  const settings = resolveRecipe({ batchSize: 8, microBatchTokens: 256 });
  const given = { model, objective: causalLm, accumulates: true, evaluates: true };
  const shape = { rows: 4, tokens: 64, targets: 256, examples: 4 };
  const { total } = await estimateMemory({
    ...given,
    shape,
    settings: { ...settings, precision: 'float32' },
  });
  expect(await estimate({ microBatchTokens: 256 })).toBe(total);
});

it.each([2048, 512, 160])(
  'is enough where prompts are shared, in passes of %i tokens',
  async (microBatchTokens) => {
    const settings = resolveRecipe({ batchSize: 8, microBatchTokens, precision: 'float32' });
    const rows = Array.from({ length: 8 }, (_, at) => new Int32Array(128).fill(at, 124));
    const { shape, shared, microBatchesPerStep } = planBatches(
      rows.map(({ length }) => ({ tokens: length, targets: 8 })),
      {
        ...{ ...settings, epochs: 1 },
        sharing: {
          ...{ always: false, hiddenSize: model.config.hiddenSize },
          sequences: (row) => [rows[row] as Int32Array],
        },
      },
      rootSeed(1),
    );
    expect(shared?.computed).toBeLessThan(0.3 * 8 * 128);
    const { total } = await estimateMemory({
      ...{ model, settings, objective: causalLm, shape, evaluates: true },
      accumulates: microBatchesPerStep > 1,
    });
    // But for the operators of one more block of queries.
    expect(total).toBeLessThanOrEqual(
      1.001 * (await estimate({ microBatchTokens }, examples(8, 128))),
    );
  },
);

it.each([2048, 512, 160])(
  'is enough where windows are wider than the longest example, in passes of %i tokens',
  async (microBatchTokens) => {
    const settings = resolveRecipe({ batchSize: 8, microBatchTokens, precision: 'float32' });
    const sizes = Array.from({ length: 8 }, (_, at) => ({ tokens: 128 - 4 * at, targets: 8 }));
    // As if attention cost next to nothing, so that the widest window is taken.
    const { shape, microBatchesPerStep } = planBatches(
      sizes,
      { ...settings, epochs: 1, hiddenSize: 1e6 },
      rootSeed(1),
    );
    const { total } = await estimateMemory({
      ...{ model, settings, objective: causalLm, shape, evaluates: true },
      accumulates: microBatchesPerStep > 1,
    });
    expect(total).toBeLessThanOrEqual(await estimate({ microBatchTokens }, examples(8, 128)));
  },
);

it('grows with what a pass holds, and with what trains', async () => {
  const usual = await estimate({});
  expect(await estimate({ microBatchTokens: 64 })).toBeLessThan(usual);
  expect(await estimate({}, examples(8, 32))).toBeLessThan(usual);
  expect(await estimate({ adaptation: { type: 'full' } })).not.toBe(usual);
  expect(await estimate({ adaptation: { type: 'prefix-tuning' } })).toBeGreaterThan(0);
});

it('counts pairs as two sequences, and what is measured beside them', async () => {
  const settings = resolveRecipe({ batchSize: 4 });
  const pairs = examples(4, 64).map((chosen) => ({ chosen, rejected: exampleOf(64) }));
  const of = { model, settings, objective: dpo(parseSettings('DPO', {})), examples: pairs };
  expect(await estimateRun(of)).toBeGreaterThan(await estimate({}));
});

it('counts what frozen blocks made of the examples as far as it is in memory', async () => {
  const { hiddenSize } = model.config;
  const last = { adaptation: { type: 'layers', last: 1 } } as const;
  const of = (rows: number, more: RecipeInput = {}) =>
    estimateRun({
      ...{ model, objective: causalLm, examples: examples(8, 64) },
      settings: resolveRecipe({ ...last, ...more }),
      dataset: { rows, tokens: 64 * rows },
    });
  const row = 64 * hiddenSize * 4;
  expect((await of(500)) - (await of(100))).toBe(400 * row);
  const room = { keptStateBytes: 200 * row };
  expect((await of(500, room)) - (await of(100, room))).toBe(100 * row);
  // One epoch keeps nothing, and neither does a run that has too little room: both run the whole model in each step.
  const whole = await of(500, { epochs: 1 });
  expect(await of(500, { keptStateBytes: 0, keptDiskBytes: 500 * row - 1 })).toBe(whole);
  expect(await of(500, { keptStateBytes: 0, keptDiskBytes: 500 * row })).not.toBe(whole);
});

it('counts nothing of frozen blocks where the lowest learns', async () => {
  const full = resolveRecipe({ adaptation: { type: 'full' } });
  const of = (rows: number) =>
    estimateRun({
      ...{ model, objective: causalLm, examples: examples(8, 64), settings: full },
      dataset: { rows, tokens: 64 * rows },
    });
  expect(await of(5000)).toBe(await of(8));
});
