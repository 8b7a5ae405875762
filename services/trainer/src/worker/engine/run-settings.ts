import { methodSchema } from '@lathe/engine/adapt/settings';
import { type OptimizerSettingsInput, optimizerSchema } from '@lathe/engine/optim/settings';
import { earlyStoppingSchema } from '@lathe/engine/train/early-stopping';
import { parseTrainingSettings, type TrainingSettings } from '@lathe/engine/train/settings';
import { z } from 'zod';

type Method = Exclude<z.input<typeof methodSchema>, undefined>;

/** A value as the engine's schema takes it, with its defaults still open. */
function engineInput<Input>(schema: z.ZodType) {
  return z.custom<Input>(
    (value) => value !== undefined && schema.safeParse(value).success,
    'is no setting of the engine',
  );
}

/** How pairs of answers, or judged ones, are trained on; absent: the examples are single answers. */
const preferenceSchema = z.object({
  loss: z.enum(['sigmoid', 'ipo', 'hinge', 'robust', 'orpo', 'simpo', 'kto']),
  beta: z.number().positive(),
  gamma: z.number().optional(),
  labelSmoothing: z.number().optional(),
  desirableWeight: z.number().optional(),
  undesirableWeight: z.number().optional(),
});
export type PreferenceSettings = z.infer<typeof preferenceSchema>;

/** Training settings as a job carries them; what is absent keeps the engine's default. */
export const runSettingsSchema = z.object({
  adaptation: engineInput<Method>(methodSchema),
  /** Start from random weights instead of the base model's. */
  initial: z.literal('random').optional(),
  epochs: z.number().int().min(1),
  batchSize: z.number().int().min(1),
  learningRate: z.number().positive(),
  seed: z.number().int().min(0),
  schedule: z.enum(['constant', 'linear', 'cosine', 'wsd']).optional(),
  warmupRatio: z.number().optional(),
  warmupSteps: z.number().int().optional(),
  minimumRate: z.number().optional(),
  decayRatio: z.number().optional(),
  optimizer: engineInput<OptimizerSettingsInput>(optimizerSchema).optional(),
  weightDecay: z.number().optional(),
  maxGradientNorm: z.number().optional(),
  labelSmoothing: z.number().optional(),
  embeddingNoise: z.number().optional(),
  layerRateDecay: z.number().optional(),
  earlyStopping: engineInput<z.input<typeof earlyStoppingSchema>>(earlyStoppingSchema).optional(),
  packing: z.boolean().optional(),
  maxTokens: z.number().int().optional(),
  microBatchTokens: z.number().int().optional(),
  recomputeActivations: z.boolean().optional(),
  precision: z.enum(['auto', 'float32', 'float16']).optional(),
  memoryLimit: z.number().int().optional(),
  checkpointEvery: z.number().int().min(1).optional(),
  preference: preferenceSchema.optional(),
});
export type RunSettings = z.infer<typeof runSettingsSchema>;

/** A job's settings in the engine's words. Throws RangeError naming each setting at fault. */
export function engineSettings(settings: RunSettings): TrainingSettings {
  const { schedule: kind, warmupRatio, warmupSteps, minimumRate, decayRatio } = settings;
  return parseTrainingSettings(
    given({
      method: settings.adaptation,
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      seed: settings.seed,
      schedule: given({ kind, warmupRatio, warmupSteps, minimum: minimumRate, decayRatio }),
      optimizer: { ...given({ weightDecay: settings.weightDecay }), ...settings.optimizer },
      maxGradientNorm: settings.maxGradientNorm,
      labelSmoothing: settings.labelSmoothing,
      embeddingNoise: settings.embeddingNoise,
      layerRateDecay: settings.layerRateDecay,
      earlyStopping: settings.earlyStopping,
      packing: settings.packing,
      maxTokens: settings.maxTokens,
      microBatchTokens: settings.microBatchTokens,
      recomputeActivations: settings.recomputeActivations,
      precision: settings.precision,
      memoryLimit: settings.memoryLimit,
      // Both: the limit had allowed too much.
      mostPassTokens: settings.memoryLimit === undefined ? undefined : settings.microBatchTokens,
    }),
  );
}

/**
 * What such a run ends in: an adapter beside its base model, or weights of its own, which chat can serve. What
 * goes on from weights of its own has such again, so that it needs nobody else's; virtual tokens cannot.
 */
export function modelKind({
  settings: { adaptation },
  start,
}: {
  readonly settings: Pick<RunSettings, 'adaptation'>;
  readonly start: { readonly kind: 'adapter' | 'merged' } | null;
}): 'adapter' | 'merged' {
  const { type } = adaptation;
  const isVirtual = type === 'prompt-tuning' || type === 'prefix-tuning';
  const isPlain = isVirtual || (type === 'lora' && adaptation.dora !== true);
  return isPlain && start?.kind !== 'merged' ? 'adapter' : 'merged';
}

/** The object without the keys that have no value. */
function given(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
