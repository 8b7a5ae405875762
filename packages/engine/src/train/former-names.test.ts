import { checkRecipe, resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { namedAsBefore, namedAsToday } from './former-names.ts';

const optimizer = { type: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

it('names settings as states of before have them in their fingerprint', () => {
  expect(JSON.parse(JSON.stringify(namedAsBefore(resolveRecipe())))).toEqual({
    method: {
      ...{ type: 'lora', rank: 16, alpha: 32, dropout: 0, targets: 'all-linear' },
      ...{ rankStabilized: false, dora: false, initial: 'kaiming', rateRatioB: 1 },
    },
    ...{ epochs: 3, batchSize: 8, learningRate: 2e-4, optimizer, maxGradientNorm: 1 },
    schedule: { kind: 'linear', minimum: 0, decayRatio: 0.1 },
    ...{ labelSmoothing: 0, embeddingNoise: 0, layerRateDecay: 1, seed: 42, packing: true },
    ...{ shuffle: true, maxTokens: 2048, microBatchTokens: 2048, recomputeActivations: false },
    ...{ packWeights: 'auto', precision: 'auto', memoryLimit: null },
    lossScale: { initial: 65536, growthSteps: 2000 },
  });
});

it.each([
  { method: { type: 'full' }, schedule: { kind: 'wsd', minimum: 0.1, decayRatio: 0.2 } },
  { method: { type: 'prefix-tuning', virtualTokens: 3 }, schedule: { kind: 'constant' } },
  { method: { type: 'prompt-tuning', virtualTokens: 3, initial: 'text', tokens: [1, 2] } },
  { method: { type: 'tokens', tokens: [1] }, earlyStopping: { metric: 'tokenAccuracy' } },
  { schedule: { kind: 'cosine', warmupRatio: 0.1 }, earlyStopping: { patience: 2 } },
])('reads %j, and names it so again', (given) => {
  const again = namedAsBefore(resolveRecipe(checkRecipe(namedAsToday(given))));
  expect(again).toMatchObject(given);
});

it('leaves the names of today as they are', () => {
  const given = { adaptation: { type: 'full' }, schedule: 'wsd', minimumRate: 0.1, warmupSteps: 2 };
  expect(namedAsToday(given)).toEqual(given);
});
