import { z } from 'zod';

/**
 * How much each label counts in the loss.
 * @example classWeightsSchema.parse([{ label: 'complaint', weight: 4 }]);
 */
export const classWeightsSchema = z.union([
  z.enum(['none', 'balanced']),
  z
    .array(
      z.strictObject({
        label: z.string().min(1).describe('a label of the task'),
        weight: z
          .number()
          .min(1e-6)
          .max(1e6)
          .describe('how much the loss of it counts; a label that is not listed counts 1'),
      }),
    )
    .min(1)
    .max(10_000)
    .refine((weights) => new Set(weights.map(({ label }) => label)).size === weights.length, {
      message: 'a label is listed twice',
    }),
]);
export type ClassWeights = z.output<typeof classWeightsSchema>;
