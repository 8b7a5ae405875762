import { z } from 'zod';

/** Where a job stands that waits, is paused or has its files read. */
export const queuePlaceSchema = z.object({
  position: z
    .number()
    .int()
    .nullable()
    .describe('place among all jobs that wait for a worker, 1 is next'),
  reason: z.string().describe('what it waits for, in words'),
  estimated_start: z.number().int().nullable().describe('Unix seconds; null: nobody knows'),
  estimated_finish: z.number().int().nullable(),
});
export type QueuePlace = z.infer<typeof queuePlaceSchema>;
