import { expect, it } from 'vitest';
import { refuseUnfit, resolveSettings } from './defaults.ts';

const facts = { rows: 256, tokens: 20_000, parameters: 2_000_000 };

it('takes what the job says', () => {
  const hyperparameters = { n_epochs: 2, batch_size: 5, learning_rate_multiplier: 3 };
  const options = { adaptation: { type: 'full' as const }, learning_rate: 1e-3 };
  expect(resolveSettings(facts, { hyperparameters, options })).toEqual({
    epochs: 2,
    batchSize: 5,
    learningRateMultiplier: 3,
    learningRate: 1e-3,
    adaptation: { type: 'full' },
  });
});

it('fills in LoRA over all linear layers, keeping what was asked', () => {
  const { adaptation } = resolveSettings(facts, {
    hyperparameters: {},
    options: { adaptation: { type: 'lora', rank: 4 } },
  });
  expect(adaptation).toEqual({
    type: 'lora',
    rank: 4,
    alpha: 32,
    dropout: 0,
    targets: 'all-linear',
  });
});

it('shows a small data set more often, in smaller batches', () => {
  const small = resolveSettings(
    { ...facts, rows: 100 },
    { hyperparameters: { n_epochs: 'auto' }, options: {} },
  );
  const large = resolveSettings({ ...facts, rows: 50_000 }, { hyperparameters: {}, options: {} });
  expect(small.epochs).toBeGreaterThan(large.epochs);
  expect(large.epochs).toBe(1);
  expect(small.batchSize).toBeLessThan(large.batchSize);
});

it('learns faster with LoRA and with smaller models, and scales by the multiplier', () => {
  const rate = (parameters: number, type: 'lora' | 'full', multiplier = 1) =>
    resolveSettings(
      { ...facts, parameters },
      {
        hyperparameters: { learning_rate_multiplier: multiplier },
        options: { adaptation: { type } },
      },
    ).learningRate;
  expect(rate(1e9, 'full')).toBeCloseTo(2e-5);
  expect(rate(1e9, 'lora')).toBeCloseTo(2e-4);
  expect(rate(2e6, 'full')).toBeGreaterThan(rate(1e9, 'full'));
  expect(rate(1e3, 'lora')).toBeLessThanOrEqual(2e-3);
  expect(rate(1e9, 'full', 2)).toBeCloseTo(4e-5);
});

it('trains every weight of an encoder where the job says nothing', () => {
  const encoder = { ...facts, architecture: 'encoder' as const };
  const asked = (options: object) => resolveSettings(encoder, { hyperparameters: {}, options });
  expect(asked({}).adaptation).toEqual({ type: 'full' });
  expect(asked({ adaptation: { type: 'head' } })).toMatchObject({
    adaptation: { type: 'head' },
    learningRate: 1e-3,
  });
});

it('refuses options that the task of the rows has no use for', () => {
  const asked = (options: Parameters<typeof refuseUnfit>[0]) => () =>
    refuseUnfit(options, { type: 'classification', problem: 'single-label', labels: ['a', 'b'] });
  expect(
    asked({ early_stopping: { metric: 'accuracy' }, adaptation: { type: 'head' } }),
  ).not.toThrow();
  expect(asked({ early_stopping: { metric: 'token_accuracy' } })).toThrow(
    "'lathe.early_stopping.metric' token_accuracy is none of the task classification",
  );
  const weights = [{ label: 'a', weight: 2 }];
  expect(asked({ class_weights: weights, sampling: 'balanced' })).not.toThrow();
  expect(asked({ class_weights: [{ label: 'c', weight: 2 }] })).toThrow(
    "'lathe.class_weights' names the label \"c\", which is none of the task's.",
  );
  expect(() => refuseUnfit({ class_weights: 'balanced' }, undefined)).toThrow(
    "'lathe.class_weights' is for one label of each text or word, not for the task generation.",
  );
  expect(() => refuseUnfit({ sampling: 'natural' }, undefined)).not.toThrow();
});

it('resolves every auto of a job that learns from rewards', () => {
  const asked = (hyperparameters: object, options: Parameters<typeof refuseUnfit>[0] = {}) =>
    resolveSettings({ ...facts, rows: 160 }, { method: 'reinforcement', hyperparameters, options });
  // 2 epochs of 20 steps.
  const auto = { n_epochs: 2, compute_multiplier: 'auto', eval_interval: 'auto' } as const;
  expect(asked(auto)).toMatchObject({
    batchSize: 8,
    reinforcement: { group_size: 8, evaluate_every: 4, evaluation_samples: 1 },
  });
  expect(asked({ ...auto, compute_multiplier: 0.5, eval_interval: 7 }).reinforcement).toEqual({
    ...{ group_size: 4, evaluate_every: 7, evaluation_samples: 1 },
  });
  const named = { group_size: 3, evaluate_every: 9, evaluation_samples: 2, beta: 0.1 };
  expect(asked(auto, { reinforcement: named }).reinforcement).toEqual(named);
});

it('learns from rewards at a quarter of the usual rate, and of small models at up to three', () => {
  const rate = (parameters: number, type: 'lora' | 'full') =>
    resolveSettings(
      { ...facts, parameters },
      { method: 'reinforcement', hyperparameters: {}, options: { adaptation: { type } } },
    ).learningRate;
  expect(rate(7e9, 'lora')).toBeCloseTo(5e-5, 9);
  expect(rate(1e9, 'full')).toBeCloseTo(5e-6, 9);
  expect(rate(1e6, 'lora')).toBeCloseTo(1.5e-3, 9);
  expect(rate(1e8, 'full')).toBeGreaterThan(rate(1e9, 'full') * Math.sqrt(10));
});
