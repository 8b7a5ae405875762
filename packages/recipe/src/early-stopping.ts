import { z } from 'zod';
import type { Task } from './task.ts';

/** Metrics of answers that the model has to write. */
const writtenMetrics = ['rouge_l', 'number_match', 'equal_fields', 'right_calls'] as const;

/** What can be watched, the loss first; of all others more is better. */
const metrics = [
  'loss',
  'token_accuracy',
  'accuracy',
  'exact_match',
  'f1',
  'macro_f1',
  'weighted_f1',
  'micro_f1',
  'mcc',
  'span_f1',
  'span_f1_strict',
  'pair_accuracy',
  'margin',
  'spearman',
  'pearson',
  'mrr',
  'recall_at_1',
  'recall_at_10',
  'triplet_accuracy',
  'reward',
  ...writtenMetrics,
] as const;

/**
 * When to end a run before its planned end.
 * @example earlyStoppingSchema.parse({ metric: 'loss' });
 */
export const earlyStoppingSchema = z.strictObject({
  metric: z
    .enum(metrics)
    .default('loss')
    .describe(
      'what is watched on the held-out examples: the loss, or a metric of the task, such as span_f1 of tags',
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
export type WrittenMetric = (typeof writtenMetrics)[number];

/**
 * Whether held-out rows have to be answered in words for a metric.
 * @example isWrittenMetric('rouge_l'); // true
 */
export function isWrittenMetric(metric: Metric): metric is WrittenMetric {
  return writtenMetrics.some((each) => each === metric);
}

const correlations: readonly Metric[] = ['spearman', 'pearson'];
const pairs: readonly Metric[] = ['accuracy', 'pair_accuracy', 'margin'];
const ranks: readonly Metric[] = ['mrr', 'recall_at_1', 'recall_at_10', 'triplet_accuracy'];

/** What there is to watch of each problem of classification beside its loss. */
const ofProblem = {
  'single-label': ['accuracy', 'macro_f1', 'weighted_f1', 'mcc'],
  'multi-label': ['accuracy', 'micro_f1', 'macro_f1'],
  regression: correlations,
} as const satisfies Readonly<Record<string, readonly Metric[]>>;

/** What there is to watch of each task beside its loss. */
const watchable: Readonly<Record<Task['type'], readonly Metric[]>> = {
  generation: ['token_accuracy', 'exact_match', 'reward', ...writtenMetrics],
  preference: ['token_accuracy', ...pairs],
  reward: [...pairs, ...correlations],
  classification: [...new Set(Object.values(ofProblem).flat())],
  'token-classification': ['token_accuracy', 'span_f1', 'span_f1_strict'],
  'question-answering': ['accuracy', 'exact_match', 'f1'],
  embedding: ['accuracy', ...ranks, ...correlations],
  'masked-lm': ['token_accuracy'],
};

/**
 * The metrics of a task that a run can watch, as far as the task tells: which of them there are may go by the rows, such as
 * whether pairs of texts have scores.
 */
export function metricsOf(
  task: Pick<Task, 'type'> & { readonly problem?: unknown },
): readonly Metric[] {
  const { type, problem } = task;
  const isKnown = type === 'classification' && typeof problem === 'string' && problem in ofProblem;
  return ['loss', ...(isKnown ? ofProblem[problem as keyof typeof ofProblem] : watchable[type])];
}
