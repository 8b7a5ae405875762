import { describe, expect, it } from 'vitest';
import type { Adapter } from '../checkpoint/peft.ts';
import { type Reference, readReference, referenceModels } from '../models/reference.ts';
import { parseTrainingSettings, type TrainingSettingsInput } from './settings.ts';
import { createTrainer } from './trainer.ts';

/** The settings that the recorded curves were made with. */
function settingsOf(reference: Reference, more: TrainingSettingsInput = {}) {
  const { training } = reference;
  return parseTrainingSettings({
    method: { type: 'full' },
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: training.learningRateFull,
    schedule: { kind: 'linear', warmupSteps: training.warmupSteps },
    optimizer: {
      beta1: training.beta1,
      beta2: training.beta2,
      epsilon: training.epsilon,
      weightDecay: training.weightDecay,
    },
    maxGradientNorm: training.maxGradientNorm,
    shuffle: false,
    ...more,
  });
}

function loraSettingsOf(reference: Reference, more: TrainingSettingsInput = {}) {
  const { rank, alpha, learningRateLora } = reference.training;
  return settingsOf(reference, {
    method: { type: 'lora', rank, alpha },
    learningRate: learningRateLora,
    ...more,
  });
}

function startOf(reference: Reference): Adapter {
  const { rank = 0, alpha = 0 } = reference.training;
  const tensors: Adapter['tensors'] = new Map();
  for (const [key, tensor] of reference.tensors)
    if (key.startsWith('start.')) tensors.set(key.slice('start.'.length), tensor);
  return { rank, alpha, scale: alpha / rank, targets: [...reference.targets], tensors };
}

function expectClose(found: number, wanted: number, tolerance = 1e-4): void {
  expect(Math.abs(found - wanted) / Math.abs(wanted)).toBeLessThan(tolerance);
}

describe.each(referenceModels)('training the tiny model "%s" as PyTorch does', (name) => {
  it('follows the recorded curve when every weight trains', async () => {
    const reference = await readReference(name);
    const trainer = await createTrainer({
      model: reference.model,
      settings: settingsOf(reference),
      examples: reference.examples,
    });
    expect(trainer.totalSteps).toBe(reference.fullCurve.length);
    for (const point of reference.fullCurve) {
      const metrics = await trainer.trainStep();
      expectClose(metrics.loss, point.loss);
      expectClose(metrics.gradientNorm, point.gradientNorm);
      expect(metrics.learningRate).toBeCloseTo(point.learningRate, 12);
    }
    await trainer.dispose();
  });

  it('follows the recorded curve of an adapter', async () => {
    const reference = await readReference(name);
    const trainer = await createTrainer({
      model: reference.model,
      settings: loraSettingsOf(reference),
      examples: reference.examples,
      adapter: startOf(reference),
    });
    for (const point of reference.loraCurve) {
      const metrics = await trainer.trainStep();
      expectClose(metrics.loss, point.loss);
      expectClose(metrics.gradientNorm, point.gradientNorm);
    }
    await trainer.dispose();
  });
});
