import { z } from 'zod';
import { defaultLearningRates, methodSchema } from '../adapt/settings.ts';
import { type OptimizerSettingsInput, optimizerSchema } from '../optim/settings.ts';
import { lossScaleSchema } from '../update/loss-scale.ts';
import { earlyStoppingSchema } from './early-stopping.ts';

const positiveInteger = z.int().positive();

const schema = z.strictObject({
  method: methodSchema.describe('Which weights train: all, some, or what is put beside them.'),
  epochs: positiveInteger.default(3).describe('Times each example is seen.'),
  batchSize: positiveInteger.default(8).describe('Examples per optimizer step.'),
  learningRate: z
    .number()
    .positive()
    .optional()
    .describe(
      'Peak learning rate; by default what suits the method, such as 2e-4 for LoRA and 2e-5 for full.',
    ),
  schedule: z
    .strictObject({
      kind: z.enum(['constant', 'linear', 'cosine', 'wsd']).default('linear'),
      warmupSteps: z.int().nonnegative().optional(),
      warmupRatio: z.number().min(0).lt(1).optional(),
      minimum: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe('Where cosine and wsd end, as a factor.'),
      decayRatio: z
        .number()
        .positive()
        .max(1)
        .default(0.1)
        .describe('Share of all steps in which wsd falls.'),
    })
    .prefault({})
    .describe('How the learning rate moves over the run.'),
  optimizer: optimizerSchema.describe(
    'AdamW unless its type says otherwise; weight decay spares norms and biases.',
  ),
  maxGradientNorm: z.number().positive().default(1).describe('Global L2 norm to clip at.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of each label that is spread over all classes.'),
  embeddingNoise: z
    .number()
    .min(0)
    .default(0)
    .describe("NEFTune's α: noise on the embeddings in training; 5 is usual."),
  layerRateDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe("A block's learning rate as a share of that of the block above it."),
  earlyStopping: earlyStoppingSchema
    .optional()
    .describe('End the run when a metric on held-out examples stops getting better.'),
  seed: z.int().nonnegative().default(42).describe('Root of every random choice of the run.'),
  packing: z.boolean().default(true).describe('Put several short examples in one window.'),
  shuffle: z.boolean().default(true).describe('Draw a new order of examples for each epoch.'),
  maxTokens: positiveInteger.default(2048).describe('Longest example, and longest window.'),
  microBatchTokens: positiveInteger
    .default(2048)
    .describe('Most tokens (padding included) in one forward and backward pass.'),
  recomputeActivations: z
    .boolean()
    .default(false)
    .describe(
      'Keep only what goes into each block, and compute its inside again for the backward pass: up to a quarter slower, and less memory.',
    ),
  packWeights: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      'Whether frozen weights are laid out anew for faster products on the CPU, a tenth of a step, at the cost of a copy or two of them. auto: where the copies take at most 1.5 GiB, and neither memoryLimit, recomputeActivations nor a 4-bit base asks for less memory.',
    ),
  precision: z
    .enum(['auto', 'float32', 'float16'])
    .default('auto')
    .describe(
      'What matrix products compute in; weights, norms and losses are float32 always. auto: float16 where the device has it in hardware and sums such products in float32.',
    ),
  lossScale: lossScaleSchema
    .prefault({})
    .describe('How gradients are kept in the range of float16; not asked in float32.'),
  memoryLimit: positiveInteger
    .nullable()
    .default(null)
    .describe(
      'Most bytes of memory of the process; passes are then as large as fit, and microBatchTokens is not asked.',
    ),
  mostPassTokens: positiveInteger
    .optional()
    .describe(
      'Most tokens of a pass however many memoryLimit would allow: for a run that took more than was estimated.',
    ),
});

/** What a user may write: every field may be left out. */
export type TrainingSettingsInput = Omit<z.input<typeof schema>, 'optimizer'> & {
  optimizer?: OptimizerSettingsInput | undefined;
};

/** How to train, with every default filled in. */
export type TrainingSettings = Omit<z.output<typeof schema>, 'learningRate'> & {
  readonly learningRate: number;
};

/** Fills in the defaults. Throws RangeError naming each field at fault; unknown fields are faults. */
export function parseTrainingSettings(input: unknown = {}): TrainingSettings {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`,
    );
    throw new RangeError(`the training settings are wrong: ${faults.join('; ')}`);
  }
  const settings = parsed.data;
  const learningRate = settings.learningRate ?? defaultLearningRates[settings.method.type];
  return { ...settings, learningRate };
}
