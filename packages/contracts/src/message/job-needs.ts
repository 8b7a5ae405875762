import { z } from 'zod';
import { jobRecordSchema } from '../job/record.ts';

/** How much memory and disk a job would take that nobody has created: a gateway asks the trainers. */
export const needsQuestionSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  /** With its settings, and the key of the manifest of such a dataset. */
  job: jobRecordSchema,
});
export type NeedsQuestion = z.infer<typeof needsQuestionSchema>;

export const jobNeedsSchema = z.object({
  /** At the peak of its training, in bytes; null where no worker tells. */
  memoryBytes: z.number().nullable(),
  /**
   * Bytes of the files that it would write: a model that it saves, a state to go on from, and the states that the store holds of it
   * at a time; null where no worker tells.
   */
  files: z
    .object({ model: z.number(), state: z.number(), states: z.number() })
    .nullable()
    .default(null),
});
export type JobNeeds = z.infer<typeof jobNeedsSchema>;
