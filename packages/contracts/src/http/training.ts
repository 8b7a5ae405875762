import { z } from 'zod';

/** Steps that a job may count to. */
const mostSteps = 1_000_000;
/** Nearer to 1 the float32 numbers of an optimizer cannot tell it from 1. */
const share = z.number().min(0).max(0.999_99).optional();
const weight_decay = z.number().min(0).max(1).optional();

/** The optimizer and its numbers; what is absent keeps the engine's default. */
export const optimizerSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('adamw'),
      beta1: share,
      beta2: share,
      epsilon: z.number().min(1e-12).max(1).optional(),
      weight_decay,
    }),
    z.strictObject({
      type: z.literal('sgd'),
      momentum: share,
      nesterov: z.boolean().optional(),
      weight_decay,
    }),
    z.strictObject({ type: z.literal('lion'), beta1: share, beta2: share, weight_decay }),
    z.strictObject({
      type: z.literal('adafactor'),
      decay_rate: z
        .number()
        .min(0.01)
        .max(0.99)
        .optional()
        .describe('β₂ at step t is 1 − t^−decay_rate'),
      epsilon: z.number().min(1e-36).max(1).optional().describe('added to squared gradients'),
      clip_threshold: z
        .number()
        .min(0.001)
        .max(1000)
        .optional()
        .describe('largest RMS of an update'),
      weight_decay,
    }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union' ? 'expected one of adamw, sgd, lion, adafactor' : undefined,
  },
);

/** When to end a run before its planned end. */
export const earlyStoppingSchema = z.strictObject({
  metric: z.enum(['loss', 'token_accuracy']).optional(),
  every_steps: z
    .number()
    .int()
    .min(1)
    .max(mostSteps)
    .optional()
    .describe('steps between two evaluations; checkpoint_every, or an epoch'),
  patience: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('evaluations in a row without a better value after which the run ends'),
  minimum_change: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('what a value must be better by to count as better'),
});

/** Options of the training itself, as fields of the `lathe` object. */
export const trainingOptions = {
  optimizer: optimizerSchema.optional().describe('adamw by default'),
  schedule: z.enum(['constant', 'linear', 'cosine', 'wsd']).optional(),
  warmup_ratio: z.number().min(0).lt(1).optional(),
  warmup_steps: z
    .number()
    .int()
    .min(0)
    .max(mostSteps)
    .optional()
    .describe('instead of warmup_ratio'),
  minimum_rate: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('where cosine and wsd end, as a share of the learning rate'),
  decay_ratio: z
    .number()
    .min(0.001)
    .max(1)
    .optional()
    .describe('share of all steps in which wsd falls'),
  weight_decay: z.number().min(0).max(1).optional(),
  max_gradient_norm: z.number().min(1e-6).max(1e6).optional(),
  label_smoothing: z
    .number()
    .min(0)
    .max(0.99)
    .optional()
    .describe('share of each label that is spread over all tokens'),
  embedding_noise: z.number().min(0).max(100).optional().describe("NEFTune's alpha; 5 is usual"),
  layer_rate_decay: z
    .number()
    .min(0.01)
    .max(1)
    .optional()
    .describe("a block's learning rate as a share of that of the block above it"),
  early_stopping: earlyStoppingSchema
    .optional()
    .describe('end when a held-out metric stops getting better, and keep the best step'),
  packing: z.boolean().optional(),
  micro_batch_tokens: z
    .number()
    .int()
    .min(8)
    .max(1_048_576)
    .optional()
    .describe('most tokens, padding included, in one forward and backward pass'),
  recompute_activations: z
    .boolean()
    .optional()
    .describe('less memory for up to a quarter more time'),
  precision: z
    .enum(['auto', 'float32', 'float16'])
    .optional()
    .describe(
      "what matrix products compute in; weights stay float32. auto: float16 where the worker's device gains from it",
    ),
  memory_limit: z
    .number()
    .int()
    .min(2 ** 26)
    .max(2 ** 50)
    .optional()
    .describe('most bytes that training may take; passes are as large as fit'),
};
