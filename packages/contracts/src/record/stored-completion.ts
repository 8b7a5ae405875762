import { z } from 'zod';
import { metadataSchema } from '../http/metadata.ts';
import { feedbackSchema } from '../http/stored-completion.ts';

/** A completion that was asked for with `store: true`. What was asked and answered lies at `key` in the artifact store. */
export const storedCompletionRecordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  project: z.string(),
  createdAt: z.number().int(),
  /** Milliseconds, to keep the order of those of one second. */
  createdMs: z.number(),
  model: z.string(),
  metadata: metadataSchema.nullable(),
  feedback: feedbackSchema.nullable(),
  key: z.string(),
});
/**
 * @example const { model }: StoredCompletionRecord = storedCompletionRecordSchema.parse(JSON.parse(text));
 */
export type StoredCompletionRecord = z.infer<typeof storedCompletionRecordSchema>;
