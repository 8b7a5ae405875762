import { join } from 'node:path';
import { z } from 'zod';
import type { ModelTask } from '../families/model-task.ts';
import { parseFields } from '../formats/error.ts';
import { exists, readJson } from '../formats/json-file.ts';

/** What an adapter with a task was taught, beside peft's files: peft has no place for names of labels or a pooling. */
export const taskFile = 'lathe-task.json';

const labels = {
  labels: z.int().positive(),
  labelNames: z.array(z.string()).optional(),
};
const taskSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sequence-classification'),
    problem: z.enum(['single-label', 'multi-label', 'regression']),
    ...labels,
  }),
  z.object({ kind: z.literal('token-classification'), ...labels }),
  z.object({ kind: z.literal('question-answering') }),
  z.object({ kind: z.literal('masked-lm') }),
  z.object({
    kind: z.literal('feature-extraction'),
    pooling: z.enum(['mean', 'first', 'last']).optional(),
  }),
]);

const configSchema = z.looseObject({ task_type: z.string().nullish() });

/** The last layers of classifiers, whose rows are their labels. */
const classifiers = ['classifier.out_proj.weight', 'classifier.weight', 'score.weight'];

type Head = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** How many labels the head of an adapter scores. */
export function headLabels(head: Head): number {
  return (
    classifiers.map((name) => head.get(name)).find((each) => each !== undefined)?.shape[0] ?? 1
  );
}

/**
 * What an adapter was taught, by the file that this engine writes beside it, else by peft's `task_type` and its head;
 * undefined for one that writes text. Throws UnsupportedModelError, naming file and field, for a task that is not known.
 */
export async function readAdapterTask(
  folder: string,
  head: Head = new Map(),
): Promise<ModelTask | undefined> {
  const file = join(folder, taskFile);
  if (await exists(file)) return parseFields(taskSchema, file, await readJson(file));
  const config = join(folder, 'adapter_config.json');
  switch (parseFields(configSchema, config, await readJson(config)).task_type) {
    case 'SEQ_CLS':
      return {
        kind: 'sequence-classification',
        labels: headLabels(head),
        problem: 'single-label',
      };
    case 'TOKEN_CLS':
      return { kind: 'token-classification', labels: headLabels(head) };
    case 'QUESTION_ANS':
      return { kind: 'question-answering' };
    case 'FEATURE_EXTRACTION':
      return { kind: 'feature-extraction' };
    default:
      // peft has no word for masked words; what else has a head names its task.
      return head.size > 0 ? { kind: 'masked-lm' } : undefined;
  }
}
