import { z } from 'zod';

/** Most days of one answer. */
export const mostUsageDays = 400;

const unixSeconds = z.coerce.number().int().min(0).max(253_402_300_799);

/** Query of GET /v1/lathe/usage. */
export const usageQuerySchema = z.object({
  start_time: unixSeconds
    .optional()
    .describe('Unix seconds; its whole UTC day is told; 29 days before the last day unless set'),
  end_time: unixSeconds.optional().describe('Unix seconds, not included; now unless set'),
  bucket: z.enum(['day']).default('day'),
});
export type UsageQuery = z.infer<typeof usageQuerySchema>;

const usageDaySchema = z.object({
  date: z.iso.date().describe('UTC'),
  start_time: z.number().int(),
  end_time: z.number().int().describe('not included'),
  jobs_created: z.number().int(),
  jobs_succeeded: z.number().int().describe('that ended on this day, as all that follows of jobs'),
  jobs_failed: z.number().int(),
  trained_tokens: z.number().int(),
  worker_seconds: z
    .number()
    .int()
    .describe('from when a worker first took a job to its end, pauses and evaluation included'),
  models: z
    .array(
      z.object({
        model: z.string(),
        requests: z.number().int(),
        input_tokens: z.number().int(),
        output_tokens: z.number().int(),
      }),
    )
    .describe('what was answered, by the name that was asked: an alias stands under its own'),
});

/** The `lathe.usage` object: what a project used, day by day. */
export const usageObjectSchema = z.object({
  object: z.literal('lathe.usage'),
  start_time: z.number().int(),
  end_time: z.number().int().describe('not included'),
  bucket: z.literal('day'),
  stored_file_bytes: z.number().describe('of all files of the project, now'),
  days: z.array(usageDaySchema).describe('the oldest first, those without use included'),
});
export type UsageObject = z.infer<typeof usageObjectSchema>;
