import { z } from 'zod';

/** What one gateway process answered for a project on one UTC day. It alone writes this record; a sum is of many. */
export const usageRecordSchema = z.object({
  version: z.literal(1),
  project: z.string(),
  /** `2026-11-29` */
  day: z.iso.date(),
  /** The process that counted. */
  gateway: z.string(),
  models: z.array(
    z.object({
      model: z.string(),
      requests: z.number().int(),
      inputTokens: z.number().int(),
      outputTokens: z.number().int(),
    }),
  ),
});
/**
 * @example const { day, models }: UsageRecord = usageRecordSchema.parse(JSON.parse(text));
 */
export type UsageRecord = z.infer<typeof usageRecordSchema>;
