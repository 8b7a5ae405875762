import { httpFields } from '@lathe/recipe/http-form';
import { recipeSchema } from '@lathe/recipe/recipe';
import { z } from 'zod';

/** Steps that a job may count to. */
const steps = z.int().min(1).max(1_000_000);
/** Nearer to 1 the float32 numbers of an optimizer cannot tell it from 1. */
const share = z.number().min(0).max(0.999_99);
const weight_decay = z.number().min(0).max(1);

const { shape } = recipeSchema.pick({
  optimizer: true,
  schedule: true,
  warmupRatio: true,
  warmupSteps: true,
  minimumRate: true,
  decayRatio: true,
  weightDecay: true,
  maxGradientNorm: true,
  labelSmoothing: true,
  classWeights: true,
  sampling: true,
  embeddingNoise: true,
  layerRateDecay: true,
  earlyStopping: true,
  packing: true,
  sharePrompts: true,
  microBatchTokens: true,
  recomputeActivations: true,
  precision: true,
  memoryLimit: true,
});

/** Options of the training itself, as fields of the `lathe` object: the recipe's, within what a job may ask for. */
export const trainingOptions = httpFields(shape, {
  optimizer: {
    adamw: {
      beta1: share,
      beta2: share,
      epsilon: z.number().min(1e-12).max(1),
      weight_decay,
    },
    sgd: { momentum: share, weight_decay },
    lion: { beta1: share, beta2: share, weight_decay },
    adafactor: {
      decay_rate: z.number().min(0.01).max(0.99),
      epsilon: z.number().min(1e-36).max(1),
      clip_threshold: z.number().min(0.001).max(1000),
      weight_decay,
    },
  },
  warmup_steps: z.int().min(0).max(1_000_000),
  decay_ratio: z.number().min(0.001).max(1),
  weight_decay,
  max_gradient_norm: z.number().min(1e-6).max(1e6),
  label_smoothing: z.number().min(0).max(0.99),
  embedding_noise: z.number().min(0).max(100),
  layer_rate_decay: z.number().min(0.01).max(1),
  early_stopping: {
    every_steps: steps,
    patience: z.int().min(1).max(10_000),
    minimum_change: z.number().min(0).max(100),
  },
  micro_batch_tokens: z.int().min(8).max(1_048_576),
  memory_limit: z
    .int()
    .min(2 ** 26)
    .max(2 ** 50),
});
