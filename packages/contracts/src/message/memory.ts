import { z } from 'zod';
import { jobRecordSchema } from '../job/record.ts';

/** How much memory a job would take that nobody has created: a gateway asks the trainers. */
export const memoryQuestionSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  /** With its settings, and the key of the manifest of such a dataset. */
  job: jobRecordSchema,
});
export type MemoryQuestion = z.infer<typeof memoryQuestionSchema>;

/** At the peak of its training, in bytes; null where no worker tells. */
export const memoryAnswerSchema = z.object({ memoryBytes: z.number().nullable() });
export type MemoryAnswer = z.infer<typeof memoryAnswerSchema>;
