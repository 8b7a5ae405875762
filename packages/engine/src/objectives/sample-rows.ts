import type { Task } from '@lathe/recipe/task';
import type { TaskRow } from './task-row.ts';

/** What a row of so many tokens has beside them, and how many rows an example takes; one task forgotten does not compile. */
const samples: {
  readonly [Type in Task['type']]: (
    length: number,
    task: Extract<Task, { type: Type }>,
  ) => { readonly rows?: number; readonly columns?: Partial<TaskRow> };
} = {
  generation: () => ({}),
  preference: () => ({ rows: 2 }),
  reward: () => ({ rows: 2 }),
  classification: (_, { problem, labels = [] }) => ({
    columns: { target: new Float32Array(problem === 'single-label' ? 1 : labels.length || 1) },
  }),
  'token-classification': (length) => ({ columns: { labels: new Int32Array(length) } }),
  'question-answering': () => ({ columns: { span: new Int32Array(2) } }),
  embedding: () => ({ rows: 2 }),
  'masked-lm': () => ({}),
};

/**
 * Rows of so many examples of a task, each as long as given in tokens: to plan a run before its rows are at hand.
 *
 * @example sampleRows(undefined, { examples: 2, length: 8 }); // two texts, whose every token but the first is learned
 */
export function sampleRows(
  task: Task | undefined,
  {
    examples,
    length,
    sequences = 1,
  }: {
    readonly examples: number;
    readonly length: number;
    /** Most texts of an example, where there may be more than an example of the task always has. */
    readonly sequences?: number | undefined;
  },
): TaskRow[] {
  // A pair of answers is two rows.
  const sample = task === undefined ? { rows: 2 } : sampleOf(task, length);
  const { rows: least = 1, columns = {} }: ReturnType<typeof sampleOf> = sample;
  const rows = task?.type === 'embedding' ? Math.max(least, sequences) : least;
  return Array.from({ length: examples * rows }, (_, at) => ({
    tokens: new Int32Array(length),
    supervised: new Uint8Array(length).fill(1, 1),
    ...(task?.type === 'embedding' && { group: Int32Array.of(Math.floor(at / rows)) }),
    ...columns,
  }));
}

function sampleOf<Type extends Task['type']>(task: Extract<Task, { type: Type }>, length: number) {
  const sample: (
    length: number,
    task: Extract<Task, { type: Type }>,
  ) => ReturnType<(typeof samples)['reward']> = samples[task.type as Type];
  return sample(length, task);
}
