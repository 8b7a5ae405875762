import { z } from 'zod';
import { sentErrorSchema } from '../error.ts';
import { rateLimitsSchema } from '../rate-limits.ts';

/**
 * What an evaluator publishes on the reply subject of any request: `accepted` at once, `waiting` while nothing else happens
 * (a heartbeat), and last `error` unless the request ends well.
 */
export const replyFrames = [
  z.object({ kind: z.literal('accepted'), limits: rateLimitsSchema.optional() }),
  z.object({ kind: z.literal('waiting') }),
  z.object({
    kind: z.literal('error'),
    error: sentErrorSchema,
    limits: rateLimitsSchema.optional(),
  }),
] as const;
