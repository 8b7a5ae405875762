import { z } from 'zod';

/** What travels on the work queue for every stage: who, not what; the job record has the rest. */
export const workMessageSchema = z.object({
  version: z.literal(1),
  project: z.string(),
  jobId: z.string(),
  /** Attempt number of the job; a message of an older epoch is dropped. */
  epoch: z.number().int(),
  requestId: z.string(),
});
export type WorkMessage = z.infer<typeof workMessageSchema>;
