import { z } from 'zod';

/** Below 1, and no nearer to it than float32 can tell. */
const share = z.number().min(0).lt(1);
const weightDecay = z
  .number()
  .min(0)
  .default(0)
  .describe('share of a weight that a step takes off, times the learning rate');

const adamw = z.strictObject({
  type: z.literal('adamw').describe('Adam with weight decay of its own'),
  beta1: share.default(0.9).describe('how slowly the mean of the gradients moves'),
  beta2: share.default(0.999).describe('how slowly the mean of their squares moves'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of that mean'),
  weightDecay,
});

const sgd = z.strictObject({
  type: z.literal('sgd').describe('gradient descent with momentum'),
  momentum: share.default(0.9).describe('share of the step before'),
  nesterov: z.boolean().default(false).describe('look ahead along the momentum'),
  weightDecay,
});

const lion = z.strictObject({
  type: z.literal('lion').describe('the sign of a momentum'),
  beta1: share.default(0.9).describe('share of the momentum in the direction of a step'),
  beta2: share.default(0.99).describe('how slowly the momentum moves'),
  weightDecay,
});

const adafactor = z.strictObject({
  type: z
    .literal('adafactor')
    .describe('squared gradients as rows and columns, which takes little memory'),
  decayRate: z.number().positive().lt(1).default(0.8).describe('β₂ at step t is 1 − t^−decay_rate'),
  epsilon: z.number().positive().default(1e-30).describe('added to squared gradients'),
  clipThreshold: z.number().positive().default(1).describe('largest RMS of an update'),
  weightDecay,
});

const optimizers = z.discriminatedUnion('type', [adamw, sgd, lion, adafactor]);

/** An optimizer with every number filled in. */
export type OptimizerSettings = z.output<typeof optimizers>;
export type OptimizerInput =
  | z.input<typeof optimizers>
  | (Omit<z.input<typeof adamw>, 'type'> & { readonly type?: undefined });

/**
 * The optimizer and its numbers; AdamW unless `type` says otherwise.
 * @example optimizerSchema.parse({ type: 'lion' });
 */
export const optimizerSchema = z
  .preprocess(
    (given: OptimizerInput): z.input<typeof optimizers> =>
      typeof given === 'object' && given !== null && given.type === undefined
        ? { ...given, type: 'adamw' }
        : given,
    optimizers,
  )
  .prefault({});
