import { describe, expect, it } from 'vitest';
import { parseTrainingSettings } from './settings.ts';

describe('training settings', () => {
  it('fills in every field', () => {
    expect(parseTrainingSettings({})).toEqual({
      method: {
        type: 'lora',
        rank: 16,
        alpha: 32,
        dropout: 0,
        targets: 'all-linear',
        rankStabilized: false,
        dora: false,
        initial: 'kaiming',
        rateRatioB: 1,
      },
      epochs: 3,
      batchSize: 8,
      learningRate: 2e-4,
      schedule: { kind: 'linear', minimum: 0, decayRatio: 0.1 },
      optimizer: { type: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      maxGradientNorm: 1,
      labelSmoothing: 0,
      embeddingNoise: 0,
      layerRateDecay: 1,
      precision: 'auto',
      lossScale: { initial: 65536, growthSteps: 2000 },
      seed: 42,
      packing: true,
      packWeights: 'auto',
      shuffle: true,
      maxTokens: 2048,
      microBatchTokens: 2048,
      memoryLimit: null,
      recomputeActivations: false,
    });
    expect(parseTrainingSettings({ method: { type: 'full' } }).learningRate).toBe(2e-5);
  });

  it('names the fields at fault, unknown ones included', () => {
    expect(() => parseTrainingSettings({ epochs: 0 })).toThrow('epochs');
    expect(() => parseTrainingSettings({ learning_rate: 1 })).toThrow('learning_rate');
    expect(() => parseTrainingSettings({ method: { type: 'lora', dropout: 1 } })).toThrow(
      'method.dropout',
    );
    expect(() => parseTrainingSettings({ method: { type: 'full', rank: 4 } })).toThrow('rank');
    expect(() => parseTrainingSettings({ optimizer: { type: 'sgd', beta1: 0.9 } })).toThrow(
      'optimizer',
    );
  });
});
