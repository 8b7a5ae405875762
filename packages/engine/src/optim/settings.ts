import { z } from 'zod';

const share = z.number().min(0).lt(1);
const weightDecay = z.number().min(0).default(0);

const adamw = z.strictObject({
  type: z.literal('adamw').default('adamw'),
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  epsilon: z.number().positive().default(1e-8),
  weightDecay,
});

const sgd = z.strictObject({
  type: z.literal('sgd'),
  momentum: share.default(0.9),
  nesterov: z.boolean().default(false),
  weightDecay,
});

const lion = z.strictObject({
  type: z.literal('lion'),
  beta1: share.default(0.9),
  beta2: share.default(0.99),
  weightDecay,
});

const adafactor = z.strictObject({
  type: z.literal('adafactor'),
  decayRate: z.number().positive().lt(1).default(0.8).describe('β₂ at step t is 1 − t^−decayRate.'),
  epsilon: z.number().positive().default(1e-30).describe('Added to squared gradients.'),
  clipThreshold: z.number().positive().default(1).describe('Largest RMS of an update.'),
  weightDecay,
});

const kinds = { adamw, sgd, lion, adafactor };

export type OptimizerSettings = z.output<(typeof kinds)[keyof typeof kinds]>;
export type OptimizerSettingsInput = z.input<(typeof kinds)[keyof typeof kinds]>;

/** The optimizer and its numbers; AdamW unless `type` says otherwise. */
export const optimizerSchema = z
  .preprocess(
    (given) =>
      typeof given === 'object' && given !== null && !('type' in given)
        ? { type: 'adamw', ...given }
        : given,
    z.discriminatedUnion('type', [
      adamw.extend({ type: z.literal('adamw') }),
      sgd,
      lion,
      adafactor,
    ]),
  )
  .prefault({});
