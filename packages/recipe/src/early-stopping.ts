import { z } from 'zod';

/**
 * When to end a run before its planned end.
 * @example earlyStoppingSchema.parse({ metric: 'loss' });
 */
export const earlyStoppingSchema = z.strictObject({
  metric: z
    .enum(['loss', 'token_accuracy'])
    .default('loss')
    .describe('what is watched on the held-out examples'),
  everySteps: z
    .int()
    .min(1)
    .optional()
    .describe('steps between two evaluations; those between checkpoints, or an epoch'),
  patience: z
    .int()
    .min(1)
    .default(3)
    .describe('evaluations in a row without a better value after which the run ends'),
  minimumChange: z
    .number()
    .min(0)
    .default(0)
    .describe('what a value must be better by to count as better'),
});
export type EarlyStopping = z.output<typeof earlyStoppingSchema>;
