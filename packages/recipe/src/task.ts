import { z } from 'zod';

const labels = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe(
    'what there is to choose from, in the order of the scores; by default those of the rows',
  );

/** What the tasks with settings take. */
export const taskSettings = {
  classification: z.strictObject({
    type: z.literal('classification'),
    problem: z
      .enum(['single-label', 'multi-label', 'regression'])
      .optional()
      .describe('one label of each text, several, or numbers; by default as the rows have it'),
    labels,
  }),
  'token-classification': z.strictObject({ type: z.literal('token-classification'), labels }),
  embedding: z.strictObject({
    type: z.literal('embedding'),
    scale: z
      .number()
      .positive()
      .default(20)
      .describe('factor of the cosines: the inverse of the temperature'),
    symmetric: z
      .boolean()
      .default(false)
      .describe('ask of each positive, too, which anchor it belongs to'),
    pooling: z
      .enum(['mean', 'first', 'last'])
      .default('mean')
      .describe('a text is the mean of its hidden states, or that of its first or last token'),
  }),
  'masked-lm': z.strictObject({
    type: z.literal('masked-lm'),
    maskedShare: z
      .number()
      .positive()
      .max(1)
      .default(0.15)
      .describe('share of the tokens that are to be found again'),
  }),
  reward: z.strictObject({
    type: z.literal('reward'),
    centerCoefficient: z
      .number()
      .min(0)
      .default(0)
      .describe('weight of (r_chosen + r_rejected)², which keeps rewards around 0'),
  }),
};

/**
 * What a model is taught, with what its answers are made of.
 * @example taskSchema.parse({ type: 'classification', labels: ['ham', 'spam'] });
 */
export const taskSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('generation') }),
  z.strictObject({ type: z.literal('preference') }),
  taskSettings.reward,
  taskSettings.classification,
  taskSettings['token-classification'],
  z.strictObject({ type: z.literal('question-answering') }),
  taskSettings.embedding,
  taskSettings['masked-lm'],
]);

/** A task with its settings. */
export type Task = z.output<typeof taskSchema>;
/** One kind of task. */
export type TaskOf<Type extends Task['type']> = Extract<Task, { type: Type }>;

const headless: readonly Task['type'][] = ['generation', 'preference', 'embedding'];

/**
 * Whether a task puts a head of its own on the base model, which can be trained alone.
 * @example hasOwnHead('embedding'); // false
 */
export function hasOwnHead(task: Task['type']): boolean {
  return !headless.includes(task);
}

/** A task as far as it is known. */
type Known = Pick<Task, 'type'> & { readonly problem?: unknown };

/**
 * Whether examples of a task have labels, so that there are rare ones and frequent ones; where its problem is not known yet they may.
 * @example haveClasses({ type: 'classification', problem: 'regression' }); // false
 */
export function haveClasses({ type, problem }: Known): boolean {
  if (type === 'classification') return problem !== 'regression';
  return type === 'token-classification';
}

/**
 * Whether a text or a word has one label alone.
 * @example haveOneClass({ type: 'classification', problem: 'multi-label' }); // false
 */
export function haveOneClass(task: Known): boolean {
  return haveClasses(task) && task.problem !== 'multi-label';
}

/** How a base model reads: from the left alone, so that it can write, or from both sides. */
export type Architecture = 'decoder' | 'encoder';

/** Which base models can be taught a task. */
export const taskArchitectures: Readonly<Record<Task['type'], readonly Architecture[]>> = {
  generation: ['decoder'],
  preference: ['decoder'],
  reward: ['decoder', 'encoder'],
  classification: ['decoder', 'encoder'],
  'token-classification': ['decoder', 'encoder'],
  'question-answering': ['encoder'],
  embedding: ['decoder', 'encoder'],
  'masked-lm': ['encoder'],
};
