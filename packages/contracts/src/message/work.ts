import { z } from 'zod';

/** What travels on the work queues: who, not what; the record of the job, or of the data work, has the rest. */
export const workMessageSchema = z.object({
  version: z.literal(1),
  project: z.string(),
  /** Of the job, or on the queue `data` of the piece of data work. */
  jobId: z.string(),
  /** Attempt number of the job; a message of an older epoch is dropped. */
  epoch: z.number().int(),
  requestId: z.string(),
});
export type WorkMessage = z.infer<typeof workMessageSchema>;
