import { z } from 'zod';
import type { Task } from './task.ts';

/**
 * When to end a run before its planned end.
 * @example earlyStoppingSchema.parse({ metric: 'loss' });
 */
export const earlyStoppingSchema = z.strictObject({
  metric: z
    .enum(['loss', 'token_accuracy', 'accuracy'])
    .default('loss')
    .describe(
      'what is watched on the held-out examples: tokens that come out right of texts and tags, or whole examples of the other tasks',
    ),
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

type Metric = EarlyStopping['metric'];

const ofTokens: readonly Metric[] = ['loss', 'token_accuracy'];
const ofExamples: readonly Metric[] = ['loss', 'accuracy'];

/** What there is to watch of each task beside its loss: the share of tokens, pairs, labels, spans or neighbours that are right. */
const watchable: Readonly<Record<Task['type'], readonly Metric[]>> = {
  generation: ofTokens,
  preference: ['loss', 'token_accuracy', 'accuracy'],
  reward: ofExamples,
  classification: ofExamples,
  'token-classification': ofTokens,
  'question-answering': ofExamples,
  embedding: ofExamples,
  'masked-lm': ofTokens,
};

/** The metrics of a task that a run can watch. */
export function metricsOf(
  task: Pick<Task, 'type'> & { readonly problem?: unknown },
): readonly Metric[] {
  return task.problem === 'regression' ? ['loss'] : watchable[task.type];
}
