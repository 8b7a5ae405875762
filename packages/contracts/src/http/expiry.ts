import { z } from 'zod';

/** Seconds from its creation after which a file is deleted: an hour to thirty days. */
export const lifetimeSchema = z.number().int().min(3600).max(2_592_000);

/** The `expires_after` of a file that is to come. */
export const expiresAfterSchema = z.strictObject({
  anchor: z.literal('created_at'),
  seconds: lifetimeSchema,
});
