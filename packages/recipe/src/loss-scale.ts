import { z } from 'zod';

/** The largest scale: far above any use, far below where float32 ends. */
export const mostLossScale = 2 ** 32;

/** Scales are powers of two, which multiply and divide without rounding. */
export const powerOfTwo = z
  .number()
  .min(1)
  .max(mostLossScale)
  .refine((value) => Number.isInteger(Math.log2(value)), 'must be a power of two');

/**
 * How gradients are kept in the range of float16.
 * @example lossScaleSchema.parse({});
 */
export const lossScaleSchema = z.strictObject({
  initial: powerOfTwo.default(65536).describe('what the loss is multiplied by at first'),
  growthSteps: z
    .int()
    .min(1)
    .default(2000)
    .describe('steps without an overflow after which the scale doubles'),
});
export type LossScaleSettings = z.output<typeof lossScaleSchema>;
