import { taskSchema } from '@lathe/recipe/task';
import { z } from 'zod';
import { modelTextSchema } from '../artifact/dataset.ts';

/** A model in the models bucket: a base model (announced by the evaluators) or a tuned one. */
export const modelRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    version: z.literal(1),
    kind: z.literal('base'),
    name: z.string(),
    createdAt: z.number().int(),
    maxPositions: z.number().int(),
    parameters: z.number().int(),
    /** Whether it reads a text from both sides; absent: `decoder`. */
    architecture: z.enum(['decoder', 'encoder']).optional(),
    /** As transformers names it, such as `llama`; absent in records of before it was told. */
    family: z.string().optional(),
    /** As its folder names it; absent where it names none, and in records of before it was looked for. */
    licence: z.string().optional(),
    /** What its checkpoint can be asked: absent: to chat or to go on with a text; of an encoder its hidden states. */
    task: taskSchema.optional(),
  }),
  z.object({
    version: z.literal(1),
    kind: z.enum(['adapter', 'merged']),
    name: z.string(),
    project: z.string(),
    createdAt: z.number().int(),
    base: z.string(),
    jobId: z.string(),
    step: z.number().int(),
    /** Key of the CheckpointManifest that holds its files. */
    manifestKey: z.string(),
    text: modelTextSchema.optional(),
    /** What it was taught; absent: to chat or to go on with a text. */
    task: taskSchema.optional(),
  }),
]);
export type ModelRecord = z.infer<typeof modelRecordSchema>;

/** `ft:<base>:<project>:<suffix>:<id>`, with `:ckpt-step-<n>` for a checkpoint; an empty suffix leaves two colons. */
export function tunedModelName(parts: {
  base: string;
  project: string;
  suffix: string | null;
  jobId: string;
  step?: number;
}): string {
  const name = `ft:${parts.base}:${parts.project}:${parts.suffix ?? ''}:${parts.jobId.replace('ftjob-', '').slice(0, 8)}`;
  return parts.step === undefined ? name : `${name}:ckpt-step-${parts.step}`;
}
